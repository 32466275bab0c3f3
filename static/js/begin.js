// How the parts of a script start.

/**
 * Each begins on its own: a browser that lacks what one of them needs has all the others.
 * @param {{ start: () => void }[]} parts
 */
export function begin(parts) {
  for (const part of parts) {
    try {
      part.start();
    } catch (error) {
      console.error(error);
    }
  }
}

//! A company's own colours: how they are written, and whether they can be seen and read.

use std::fmt;

/// A colour of a screen (sRGB).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// WCAG 2.2, AA: text against what lies behind it.
pub const LEAST_CONTRAST: f64 = 4.5;
/// What the colours of a company stand on by day and by night: of all grounds those that are nearest to them. `--sunk` of
/// `tokens.css` and `--raised` of `dark.css`.
pub const DAY: Colour = Colour([0xeb, 0xe8, 0xe0]);
pub const NIGHT: Colour = Colour([0x26, 0x27, 0x23]);

impl Colour {
    /// `#1b4fb5`, as a browser's own field writes it; the sign may be missing.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().trim_start_matches('#');
        let is_hex = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        is_hex.then(|| Some(Self([part(0)?, part(2)?, part(4)?])))?
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// From 1 (the same) to 21 (black and white).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The same colour, as light as it takes to be read by night.
    pub fn by_night(self) -> Self {
        let lightened = |share: u16| {
            self.0.map(|part| {
                let part = u16::from(part) + (255 - u16::from(part)) * share / 32;
                u8::try_from(part).unwrap_or(u8::MAX)
            })
        };
        let readable = |colour: &Self| colour.contrast(NIGHT) >= LEAST_CONTRAST;
        (0..=32).map(|share| Self(lightened(share))).find(readable).unwrap_or(self)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }

    #[test]
    fn a_colour_is_read_as_fields_and_people_write_it() {
        assert_eq!(colour("#1b4fb5"), Colour([0x1b, 0x4f, 0xb5]));
        assert_eq!(colour(" 1B4FB5 ").to_string(), "#1b4fb5");
        for wrong in ["", "#", "#12345", "#1234567", "azul", "#12345g", "#+12345", "##12345é"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong:?}");
        }
    }

    /// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio; the figures are those of WebAIM's checker.
    #[test]
    fn contrast_is_that_of_the_standard() {
        let (white, black) = (colour("#ffffff"), colour("#000000"));
        assert!((white.contrast(black) - 21.0).abs() < 1e-9);
        for (text, expected) in [("#767676", 4.54), ("#777777", 4.48), ("#0000ff", 8.59), ("#ff0000", 4.0)] {
            let contrast = colour(text).contrast(white);
            assert!((contrast - expected).abs() < 0.01, "{text}: {contrast}");
        }
    }

    #[test]
    fn any_colour_can_be_read_by_night_once_it_is_light_enough() {
        for text in ["#000000", "#1b4fb5", "#ffffff", "#7a0019", "#00ff00"] {
            let night = colour(text).by_night();
            assert!(night.contrast(NIGHT) >= LEAST_CONTRAST, "{text}: {night}");
        }
        assert_eq!(colour("#8fb0ff").by_night(), colour("#8fb0ff"), "what can be read stays");
    }

    #[test]
    fn the_grounds_are_those_of_the_style_sheets() {
        let css = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/css");
        for (file, name, ground) in [("tokens.css", "--sunk", DAY), ("dark.css", "--raised", NIGHT)] {
            let text = std::fs::read_to_string(css.join(file)).unwrap();
            assert!(text.contains(&format!("{name}: {ground};")), "{file}");
        }
    }
}

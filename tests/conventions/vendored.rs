//! What others wrote and browsers get from us.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::source::{Problems, root};

#[test]
fn vendored_files_are_the_ones_their_list_says() {
    let mut problems = Problems::default();
    let folder = root().join("static/vendor");
    let list = std::fs::read_to_string(folder.join("VENDOR")).expect("static/vendor/VENDOR");
    let mut listed = BTreeSet::from(["VENDOR".to_owned()]);
    for line in list.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let [file, name, _version, _licence, sha256] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            problems.add(format!("VENDOR: a line is: file name version licence sha256; not: {line}"));
            continue;
        };
        let bytes = std::fs::read(folder.join(file)).unwrap_or_default();
        let actual: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if actual != sha256 {
            problems.add(format!("{file}: SHA-256 is {actual}, VENDOR says {sha256}"));
        }
        if !folder.join(format!("{name}.LICENSE")).is_file() {
            problems.add(format!("{file}: {name}.LICENSE is missing"));
        }
        listed.extend([file.to_owned(), format!("{name}.LICENSE")]);
    }
    for entry in std::fs::read_dir(&folder).expect("static/vendor") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        if !listed.contains(&name) {
            problems.add(format!("static/vendor/{name}: VENDOR does not list it"));
        }
    }
    problems.none();
}

//! Deploy files say what the program relies on.

use crate::source::root;

#[test]
fn the_image_runs_as_production_unless_told_otherwise() {
    let dockerfile = std::fs::read_to_string(root().join("Dockerfile")).expect("Dockerfile");
    let last_stage = dockerfile.rsplit("\nFROM ").next().unwrap_or_default();
    assert!(last_stage.contains("APP_ENV=production"), "the last stage sets it");
}

//! Deploy files say what the program relies on.

use crate::source::{Problems, root};

/// What the platform or the machine gives.
const GIVEN: &[&str] = &[
    "HOME",
    "RAILWAY_ENVIRONMENT",
    "RAILWAY_ENVIRONMENT_NAME",
    "RAILWAY_PUBLIC_DOMAIN",
    "RAILWAY_REPLICA_ID",
    "XDG_DATA_HOME",
];

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect(path)
}

#[test]
fn the_image_runs_as_production_unless_told_otherwise() {
    let dockerfile = read("Dockerfile");
    let last_stage = dockerfile.rsplit("\nFROM ").next().unwrap_or_default();
    assert!(last_stage.contains("APP_ENV=production"), "the last stage sets it");
}

#[test]
fn every_setting_stands_on_the_operators_page_and_in_the_example() {
    let (declared, page, example) =
        (read("src/config/mod.rs"), read("docs/operations.md"), read(".env.example"));
    let mut problems = Problems::default();
    let names = declared.split("env = \"").skip(1).filter_map(|rest| rest.split('"').next());
    let names: Vec<&str> = names.filter(|name| !GIVEN.contains(name)).collect();
    assert!(names.len() > 40, "settings are found: {names:?}");
    for name in names {
        if !page.contains(&format!("`{name}`")) {
            problems.add(format!("docs/operations.md: say what {name} does"));
        }
        if !example.contains(&format!("\n#{name}=")) {
            problems.add(format!(".env.example: name {name}"));
        }
    }
    problems.none();
}

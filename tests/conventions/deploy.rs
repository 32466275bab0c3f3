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

/// The rest of the line that begins with this key, in JSON or in TypeScript.
fn value(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let rest = line.trim().trim_start_matches('"').strip_prefix(key)?;
        Some(rest.trim_start_matches(['"', ':', ' ']).trim_end_matches(['"', ',']).to_owned())
    })
}

/// What is built anew for, but for the file itself.
fn watched(text: &str) -> Vec<String> {
    let list = text.split_once("watchPatterns").and_then(|(_, rest)| rest.split_once('['));
    let list = list.and_then(|(_, rest)| rest.split_once(']')).expect("watchPatterns").0;
    let patterns = list.split(',').map(|pattern| pattern.trim().trim_matches('"').to_owned());
    patterns.filter(|pattern| !pattern.is_empty() && pattern != "railway.json").collect()
}

#[test]
fn railways_files_say_the_same() {
    let (before, now) = (read("railway.json"), read(".railway/railway.ts"));
    for key in [
        "dockerfilePath",
        "preDeployCommand",
        "healthcheckPath",
        "healthcheckTimeout",
        "restartPolicyType",
        "overlapSeconds",
        "drainingSeconds",
    ] {
        let said = value(&now, key);
        assert!(said.is_some() && said == value(&before, key), "{key}: {said:?}");
    }
    for (key, variable) in [
        ("overlapSeconds", "RAILWAY_DEPLOYMENT_OVERLAP_SECONDS"),
        ("drainingSeconds", "RAILWAY_DEPLOYMENT_DRAINING_SECONDS"),
    ] {
        assert_eq!(value(&now, key), value(&now, variable), "{variable}");
    }
    assert_eq!(watched(&now), watched(&before));
    let page = read("docs/operations.md");
    for key in ["preDeployCommand", "overlapSeconds", "drainingSeconds"] {
        assert!(page.contains(&format!("`deploy.{key}`")), "docs/operations.md says where {key} lives");
    }
}

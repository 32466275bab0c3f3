//! What starts, and what does not.

use clap::Parser;

use super::{Settings, SettingsError};

#[derive(Parser)]
struct Program {
    #[command(flatten)]
    settings: Settings,
}

fn settings(arguments: &[&str]) -> Settings {
    Program::parse_from(["separacao"].iter().chain(arguments)).settings
}

#[test]
fn production_refuses_to_start_without_a_secret_or_a_database() {
    let production = ["--app-env", "production"];
    assert!(matches!(settings(&production).check(), Err(SettingsError::SecretMissing)));
    let weak =
        [production.as_slice(), &["--secret-key", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]].concat();
    assert!(matches!(settings(&weak).check(), Err(SettingsError::SecretWeak)));
    let strong = [production.as_slice(), &["--secret-key", "0123456789abcdef0123456789abcdef"]].concat();
    assert!(matches!(settings(&strong).check(), Err(SettingsError::DatabaseMissing)));
}

#[test]
fn production_refuses_replicas_that_cannot_hear_each_other() {
    let replicas = settings(&[
        "--app-env",
        "production",
        "--secret-key",
        "0123456789abcdef0123456789abcdef",
        "--database-url",
        "postgres://db/x",
        "--replicas",
        "2",
    ]);
    assert!(matches!(replicas.check(), Err(SettingsError::RedisMissing(2))));
}

#[test]
fn production_refuses_tokens_that_could_be_guessed() {
    let production = ["--app-env", "production", "--secret-key", "0123456789abcdef0123456789abcdef"];
    for (argument, name) in [("--setup-token", "SETUP_TOKEN"), ("--metrics-token", "METRICS_TOKEN")] {
        let short = settings(&[production.as_slice(), &[argument, "123456789012345"]].concat());
        assert!(matches!(short.check(), Err(SettingsError::TokenWeak(known)) if known == name));
    }
    assert!(settings(&["--setup-token", "x"]).check().is_ok(), "development needs no secrets");
}

#[test]
fn placeholders_and_half_origins_are_named() {
    assert!(matches!(
        settings(&["--redis-url", "redis://host:port"]).check(),
        Err(SettingsError::Placeholder { name: "REDIS_URL", .. })
    ));
    assert!(matches!(
        settings(&["--public-origins", "app.example.com"]).check(),
        Err(SettingsError::OriginInvalid(_))
    ));
}

#[test]
fn hosts_and_origins_default_to_the_railway_domain() {
    let railway = settings(&["--railway-public-domain", "app.up.railway.app"]);
    assert_eq!(railway.hosts(), ["app.up.railway.app"]);
    assert_eq!(railway.origins().unwrap(), ["https://app.up.railway.app"]);
}

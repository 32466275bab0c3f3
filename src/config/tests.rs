//! Tests of which settings are accepted.

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
    assert!(matches!(settings(&weak).check(), Err(SettingsError::SecretWeak("SECRET_KEY"))));
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

const STRONG: &[&str] =
    &["--secret-key", "0123456789abcdef0123456789abcdef", "--database-url", "postgres://db/x"];

#[test]
fn an_environment_is_one_that_is_known_and_that_holds() {
    for (environment, production) in [("production", true), ("development", false)] {
        let known = settings(&[STRONG, &["--app-env", environment]].concat());
        assert!(known.check().is_ok() && known.is_production() == production, "{environment}");
    }
    for unknown in ["prod", "Production", "staging"] {
        let refused = settings(&[STRONG, &["--app-env", unknown]].concat()).check();
        assert!(matches!(refused, Err(SettingsError::EnvironmentUnknown(said)) if said == unknown));
    }
    let railway = ["--railway-environment-name", "staging", "--app-env", "development"];
    let refused = settings(&[STRONG, &railway].concat()).check();
    assert!(matches!(refused, Err(SettingsError::EnvironmentContradicted)));
}

#[test]
fn production_refuses_what_helps_developers() {
    let debug = settings(&[STRONG, &["--app-env", "production", "--debug", "true"]].concat());
    assert!(matches!(debug.check(), Err(SettingsError::DevelopmentOnly("DEBUG"))));
    assert!(settings(&[STRONG, &["--debug", "true"]].concat()).check().is_ok());
}

#[test]
fn production_refuses_secrets_of_examples_and_of_development() {
    for known in [
        super::check::DEVELOPMENT_SECRET,
        "change-me-change-me-change-me-1234567890",
        "django-insecure-0123456789abcdefghijklmnop",
        "YOUR-SECRET-KEY-0123456789abcdefghijklmnop",
    ] {
        let production =
            ["--app-env", "production", "--database-url", "postgres://db/x", "--secret-key", known];
        let refused = settings(&production).check();
        assert!(matches!(refused, Err(SettingsError::SecretKnown { name: "SECRET_KEY", .. })), "{known}");
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("openssl rand") && !said.contains(known), "{said}");
    }
    let token = settings(
        &[STRONG, &["--app-env", "production", "--metrics-token", "<a long random token>"]].concat(),
    );
    assert!(matches!(token.check(), Err(SettingsError::SecretKnown { name: "METRICS_TOKEN", .. })));
}

#[test]
fn production_refuses_a_previous_secret_that_was_never_one() {
    let production = [STRONG, &["--app-env", "production", "--secret-key-previous"]].concat();
    for weak in ["", " ", "short", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        let refused = settings(&[production.as_slice(), &[weak]].concat()).check();
        assert!(matches!(refused, Err(SettingsError::SecretWeak("SECRET_KEY_PREVIOUS"))), "{weak:?}");
    }
    let refused =
        settings(&[production.as_slice(), &["change-me-change-me-change-me-1234567890"]].concat()).check();
    assert!(matches!(refused, Err(SettingsError::SecretKnown { name: "SECRET_KEY_PREVIOUS", .. })));
    assert!(refused.unwrap_err().to_string().contains("openssl rand"));
    let strong = [production.as_slice(), &["fedcba9876543210fedcba9876543210"]].concat();
    assert!(settings(&strong).check().is_ok());
    assert!(settings(&["--secret-key-previous", "x"]).check().is_ok(), "development needs no secrets");
}

#[test]
fn placeholders_and_half_origins_are_named() {
    for (argument, url, wanted) in [
        ("--redis-url", "redis://host:port", "REDIS_URL"),
        ("--redis-url", "${{Redis.REDIS_URL}}", "REDIS_URL"),
        ("--database-url", "postgres://user:password@host:5432/separacao", "DATABASE_URL"),
        ("--database-url", "postgres://separacao:<password>@db/separacao", "DATABASE_URL"),
        ("--database-unpooled-url", "postgres://db.example.com@HOST/x", "DATABASE_UNPOOLED_URL"),
    ] {
        let refused = settings(&[argument, url]).check();
        assert!(matches!(refused, Err(SettingsError::Placeholder { name, .. }) if name == wanted), "{url}");
    }
    for url in
        ["postgres:///separacao?host=/run/postgresql", "postgres://a:b@[::1]:5432/x", "postgres://db/x"]
    {
        assert!(settings(&["--database-url", url]).check().is_ok(), "{url}");
    }
    assert!(matches!(
        settings(&["--public-origins", "app.example.com"]).check(),
        Err(SettingsError::OriginInvalid(_))
    ));
}

#[test]
fn an_address_of_another_service_is_refused_by_the_name_of_its_variable() {
    for (argument, url, wanted, begins) in [
        ("--redis-url", "http://:s3cret@cache:6379", "REDIS_URL", "redis://"),
        ("--redis-url", "redis-cluster-sentinel://cache:6379", "REDIS_URL", "redis-sentinel://"),
        ("--redis-url", "postgres://db/x", "REDIS_URL", "rediss://"),
        ("--database-url", "http://app:s3cret@db:5432/x", "DATABASE_URL", "postgres://"),
        ("--database-url", "mysql://app:s3cret@db/x", "DATABASE_URL", "postgresql://"),
        ("--database-unpooled-url", "redis://db/x", "DATABASE_UNPOOLED_URL", "postgres://"),
    ] {
        let refused = settings(&[argument, url]).check();
        assert!(matches!(refused, Err(SettingsError::SchemeUnknown { name, .. }) if name == wanted), "{url}");
        let said = refused.unwrap_err().to_string();
        assert!(said.starts_with(wanted) && said.contains(begins) && !said.contains("s3cret"), "{said}");
    }
    for (argument, url) in [
        ("--redis-url", "redis://cache:6379"),
        ("--redis-url", "REDISS://user:pw@cache:6379"),
        ("--redis-url", "redis-sentinel://cache:26379?sentinelServiceName=main"),
        ("--redis-url", "rediss-cluster://cache:6379"),
        ("--redis-url", "valkey://cache:6379"),
        ("--database-url", "postgresql://db/x"),
    ] {
        assert!(settings(&[argument, url]).check().is_ok(), "{url}");
    }
}

#[test]
fn origins_are_what_browsers_send_however_they_are_written() {
    for (written, sent) in [
        ("https://App.Example.COM", "https://app.example.com"),
        ("HTTPS://app.example.com:443", "https://app.example.com"),
        ("http://app.example.com:80", "http://app.example.com"),
        ("http://app.example.com:443", "http://app.example.com:443"),
        ("https://app.example.com:8443", "https://app.example.com:8443"),
        ("https://separação.example", "https://xn--separao-2wa9a.example"),
        ("http://[0:0::1]:8000", "http://[::1]:8000"),
    ] {
        assert_eq!(settings(&["--public-origins", written]).origins().unwrap(), [sent], "{written}");
    }
    for none in [
        "https://",
        "https://a.example/",
        "https://a.example/x",
        "https://a@b.example",
        "https://*.example",
        "ftp://a.example",
        "https://a.example:99999",
        "https:a.example",
        "https://a.example\\@b.example",
    ] {
        let refused = settings(&["--public-origins", none]).origins();
        assert!(matches!(refused, Err(SettingsError::OriginInvalid(_))), "{none}");
    }
}

#[test]
fn hosts_and_origins_default_to_the_railway_domain() {
    let railway = settings(&["--railway-public-domain", "app.up.railway.app"]);
    assert_eq!(railway.hosts(), ["app.up.railway.app"]);
    assert_eq!(railway.origins().unwrap(), ["https://app.up.railway.app"]);
}

/// With a nought there a server would run, and serve nobody: timers panic, loops never rest.
#[test]
fn a_nought_where_there_has_to_be_something_is_refused() {
    for argument in [
        "--beat-ms",
        "--database-max-connections",
        "--feed-poll-ms",
        "--head-timeout-ms",
        "--idle-timeout-ms",
        "--job-lease-ms",
        "--job-poll-ms",
        "--send-timeout-ms",
        "--session-check-ms",
    ] {
        assert!(Program::try_parse_from(["separacao", argument, "0"]).is_err(), "{argument}");
        assert!(Program::try_parse_from(["separacao", argument, "1"]).is_ok(), "{argument}");
    }
}

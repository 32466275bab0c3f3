//! Reading a quote through the binary: what the command prints, and that a hostile file takes nobody with it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use separacao::lang::Lang;
use separacao::quotes::{MAX_BYTES, Refusal, Sandbox};
use serde_json::Value;

use crate::support::wait_for;

const PROGRAM: &str = env!("CARGO_BIN_EXE_separacao");

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/quotes").join(name)
}

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let paths = fs::read_dir(fixture(folder)).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "pdf")).collect()
}

fn run(file: &Path) -> Output {
    Command::new(PROGRAM).arg("quote").arg(file).env_clear().output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_command_prints_the_json_of_each_sample() {
    for file in fixtures("") {
        let output = run(&file);
        assert!(output.status.success() && output.stderr.is_empty(), "{}", file.display());
        let printed = String::from_utf8(output.stdout.clone()).unwrap();
        let expected = fs::read_to_string(file.with_extension("json")).unwrap();
        let name = file.file_stem().unwrap().to_str().unwrap();
        if ["wrong-sum", "no-items"].contains(&name) {
            let mut value = json(&output);
            let problems = value.as_object_mut().unwrap().remove("problems").unwrap();
            assert_eq!(value, serde_json::from_str::<Value>(&expected).unwrap());
            assert!(problems[0]["sentence"].as_str().unwrap().len() > 20, "{problems}");
        } else {
            assert_eq!(printed, format!("{expected}\n"), "{name}");
        }
    }
}

#[test]
fn a_failed_check_is_named_with_its_values() {
    let problems = json(&run(&fixture("wrong-sum.pdf")))["problems"].clone();
    assert_eq!(problems[0]["code"], "sum");
    assert_eq!(problems[0]["read"], "466.75");
    assert_eq!(problems[0]["computed"], "456.75");
    assert_eq!(json(&run(&fixture("no-items.pdf")))["problems"][0]["code"], "no_items");
}

#[test]
fn the_command_reads_standard_input() {
    let mut child = Command::new(PROGRAM)
        .args(["quote", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let sample = fs::read(fixture("columns-1-item.pdf")).unwrap();
    child.stdin.take().unwrap().write_all(&sample).unwrap();
    assert_eq!(json(&child.wait_with_output().unwrap())["number"], "41001");
}

#[test]
fn the_command_refuses_each_bad_file_with_a_sentence_of_its_own() {
    let mut sentences = Vec::new();
    for file in fixtures("bad") {
        let output = run(&file);
        assert!(!output.status.success() && output.stdout.is_empty(), "{}", file.display());
        let sentence = String::from_utf8(output.stderr).unwrap();
        assert!(sentence.len() > 20 && !sentences.contains(&sentence), "{sentence}");
        sentences.push(sentence);
    }
    assert_eq!(sentences.len(), 6);
    let missing = run(Path::new("/no/such/file.pdf"));
    assert!(!missing.status.success() && missing.stdout.is_empty() && !missing.stderr.is_empty());
}

#[tokio::test]
async fn a_child_reads_what_the_library_reads() {
    let sandbox = Sandbox::new(PROGRAM.into());
    for file in fixtures("").into_iter().chain(fixtures("bad")) {
        let bytes = fs::read(&file).unwrap();
        assert_eq!(
            sandbox.read_in_child(&bytes).await,
            separacao::quotes::read(&bytes),
            "{}",
            file.display()
        );
    }
}

/// A file within all limits whose one array, parsed, needs far more memory than a child has.
fn memory_bomb() -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R >>".to_owned(),
        format!("[{}]", "0 ".repeat(5_000_000)),
    ];
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(&objects) {
        table += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{number} 0 obj {object} endobj\n").into_bytes());
    }
    let start = file.len();
    let trailer = format!("trailer << /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.extend(table.into_bytes());
    file.extend(trailer.into_bytes());
    file
}

fn content_bomb() -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let mut stream = Stream::new(Dictionary::new(), vec![b' '; 200 << 20]);
    stream.compress().unwrap();
    let content = document.add_object(stream);
    let parent = document.new_object_id();
    let page =
        document.add_object(dictionary! { "Type" => "Page", "Parent" => parent, "Contents" => content });
    document.set_object(
        parent,
        dictionary! { "Type" => "Pages", "Kids" => vec![Object::Reference(page)], "Count" => 1 },
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => parent });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

#[tokio::test]
async fn bombs_are_refused_and_the_next_file_is_read() {
    let sandbox = Sandbox::new(PROGRAM.into());
    for bomb in [memory_bomb(), content_bomb()] {
        assert!(bomb.len() < MAX_BYTES);
        assert_eq!(sandbox.read_in_child(&bomb).await, Err(Refusal::TooHeavy));
    }
    let sample = fs::read(fixture("columns-11-items.pdf")).unwrap();
    assert!(sandbox.read_in_child(&sample).await.is_ok());

    let file = std::env::temp_dir().join(format!("separacao-bomb-{}.pdf", std::process::id()));
    fs::write(&file, memory_bomb()).unwrap();
    let output = run(&file);
    fs::remove_file(&file).unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
    let sentence = Refusal::TooHeavy.sentence(Lang::PtBr);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("{sentence}\n"));
}

/// A child that does what a script says instead of reading.
fn impostor(name: &str, script: &str) -> PathBuf {
    let file = std::env::temp_dir().join(format!("separacao-{name}-{}", std::process::id()));
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file
}

#[tokio::test]
async fn a_child_that_hangs_is_killed_and_one_that_says_too_much_is_cut_off() {
    let short = Duration::from_millis(300);
    let sample = fs::read(fixture("columns-1-item.pdf")).unwrap();
    for (name, script) in
        [("hangs", "exec sleep 60"), ("spins", "while :; do :; done"), ("talks", "exec yes")]
    {
        let program = impostor(name, script);
        let sandbox = Sandbox::new(program.clone()).with_times(short, short);
        let start = Instant::now();
        assert_eq!(sandbox.read_in_child(&sample).await, Err(Refusal::TooHeavy), "{name}");
        assert!(start.elapsed() < Duration::from_secs(10), "{name}");
        fs::remove_file(program).unwrap();
    }
    let program = impostor("crashes", "kill -SEGV $$");
    assert_eq!(Sandbox::new(program.clone()).read_in_child(&sample).await, Err(Refusal::TooHeavy));
    fs::remove_file(program).unwrap();
    let nothing = Sandbox::new("/no/such/program".into());
    assert_eq!(nothing.read_in_child(&sample).await, Err(Refusal::Unavailable));
}

#[tokio::test]
async fn only_two_files_are_read_at_once_and_the_third_does_not_wait_for_ever() {
    let program = impostor("waits", "exec sleep 60");
    let sandbox =
        Sandbox::new(program.clone()).with_times(Duration::from_secs(2), Duration::from_millis(100));
    let (one, two, three) =
        tokio::join!(sandbox.read_in_child(b"1"), sandbox.read_in_child(b"2"), sandbox.read_in_child(b"3"));
    assert_eq!([one, two, three], [Err(Refusal::TooHeavy), Err(Refusal::TooHeavy), Err(Refusal::Busy)]);
    fs::remove_file(program).unwrap();
}

/// The child limits itself before it reads a byte; the kernel says what holds.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_child_has_little_time_and_memory() {
    let mut child = Command::new(PROGRAM)
        .args(["quote", "--child", "-"])
        .env_clear()
        .env("MIMALLOC_ARENA_RESERVE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let of_child =
        |file: &str| fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap_or_default();
    let value = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
        line.and_then(|line| line.split_whitespace().next().map(str::to_owned)).unwrap_or_default()
    };
    let limits = wait_for("a child that limits itself", async || {
        let limits = of_child("limits");
        (value(&limits, "Max address space") == "268435456").then_some(limits)
    })
    .await;
    assert_eq!(value(&limits, "Max cpu time"), "5");
    assert_eq!(value(&limits, "Max core file size"), "0");
    // What is mapped before the limit is set is not bound by it: the allocator must not have reserved its gigabyte.
    let mapped: u64 = value(&of_child("status"), "VmSize:").parse().unwrap();
    assert!(mapped < 100_000, "{mapped} KiB");
    child.kill().unwrap();
    child.wait().unwrap();
}

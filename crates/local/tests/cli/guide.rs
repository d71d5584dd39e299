//! What the guides tell to type exists.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn guide() -> String {
    std::fs::read_to_string(repository().join("docs/operations.md")).unwrap()
}

/// The lines of all shell blocks, continued ones as one.
fn typed(guide: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut in_shell, mut continues) = (false, false);
    for line in guide.lines().map(str::trim) {
        if line.starts_with("```") {
            in_shell = line == "```sh";
            continue;
        }
        if !in_shell {
            continue;
        }
        let (text, goes_on) = match line.strip_suffix('\\') {
            Some(text) => (text, true),
            None => (line, false),
        };
        match lines.last_mut() {
            Some(last) if continues => last.push_str(text),
            _ => lines.push(text.to_owned()),
        }
        continues = goes_on;
    }
    lines
}

/// What a command's help says of it: none, if there is no such command.
fn help(command: &[&str]) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_m2m"))
        .args(command)
        .arg("--help")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    output.status.success().then_some(text)
}

#[test]
fn every_command_of_m2m_in_the_guide_has_the_options_that_it_is_given() {
    let mut commands = BTreeSet::new();
    for line in typed(&guide()) {
        let line = line.replace("eval \"$(", "").replace(")\"", "");
        let Some(rest) = line.strip_prefix("m2m ") else {
            continue;
        };
        let words: Vec<_> = rest.split('#').next().unwrap().split_whitespace().collect();
        let is_word = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let mut command: Vec<_> = words
            .iter()
            .take_while(|word| !word.starts_with("--"))
            .copied()
            .filter(is_word)
            .collect();
        // The name of a new client is no command.
        command.truncate(2);
        let help = help(&command).unwrap_or_else(|| panic!("no such command: {line}"));
        for option in words.iter().filter(|word| word.starts_with("--")) {
            assert!(
                help.contains(&format!("{option} ")) || help.contains(&format!("{option}\n")),
                "{option} in {line}"
            );
        }
        commands.insert(command.join(" "));
    }
    let expected = [
        "admin after-restore",
        "admin bootstrap",
        "admin recover",
        "admin repair",
        "clients create",
        "clients delete",
        "env",
    ];
    assert_eq!(
        commands.iter().map(String::as_str).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn every_target_of_make_and_every_file_in_the_guide_exists() {
    let makefile = std::fs::read_to_string(repository().join("Makefile")).unwrap();
    let guide = guide();
    let mut targets = 0;
    for line in typed(&guide) {
        for (_, rest) in line
            .match_indices("make ")
            .map(|(at, _)| line[at..].split_at(5))
        {
            let target = rest.split_whitespace().next().unwrap();
            assert!(makefile.contains(&format!("\n{target}:")), "make {target}");
            targets += 1;
        }
    }
    assert!(targets >= 3);
    let mut links = 0;
    for (_, rest) in guide
        .match_indices("](")
        .map(|(at, _)| guide[at..].split_at(2))
    {
        let file = rest.split([')', '#']).next().unwrap();
        if !file.is_empty() && !file.starts_with("http") {
            assert!(repository().join("docs").join(file).exists(), "{file}");
            links += 1;
        }
    }
    assert!(links >= 3);
    for variable in [
        "iam_principals",
        "alarm_actions",
        "table_name",
        "token_throttle_requests_per_second",
        "reserved_concurrency",
        "function_settings",
    ] {
        let variables = std::fs::read_to_string(repository().join("infra/variables.tf")).unwrap();
        assert!(
            guide.contains(variable) && variables.contains(variable),
            "{variable}"
        );
    }
}

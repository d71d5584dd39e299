//! Looking for secrets where none may be.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::terraform::Run;

/// Everything that a run left: files, plans unpacked, what was printed.
#[derive(Default)]
pub(crate) struct Traces(Vec<(String, Vec<u8>)>);

impl Traces {
    /// All files below a directory but the provider's program; zip files (plans) are unpacked too.
    pub(crate) fn of(directory: &Path) -> Self {
        let mut traces = Self::default();
        traces.take_directory(directory);
        traces
    }

    /// Adds what a command printed.
    pub(crate) fn with(mut self, command: &str, run: &Run) -> Self {
        self.0
            .push((command.to_owned(), run.stdout.clone().into_bytes()));
        self.0.push((
            format!("{command} (both streams)"),
            run.said.clone().into_bytes(),
        ));
        self
    }

    /// Both together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    fn take_directory(&mut self, directory: &Path) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            // `.terraform` holds links to the provider.
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                self.take_directory(&path);
            } else {
                self.take_file(path);
            }
        }
    }

    fn take_file(&mut self, path: PathBuf) {
        let name = path.display().to_string();
        if let Ok(mut archive) = zip::ZipArchive::new(File::open(&path).unwrap()) {
            for index in 0..archive.len() {
                let mut member = archive.by_index(index).unwrap();
                let mut bytes = Vec::new();
                member.read_to_end(&mut bytes).unwrap();
                let member = member.name().unwrap();
                self.0.push((format!("{name}: {member}"), bytes));
            }
        }
        self.0.push((name, fs::read(path).unwrap()));
    }

    /// The names of what was looked at.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Where the secret is, in any form that it is sent or stored in.
    pub(crate) fn places_of(&self, id: &str, secret: &str) -> Vec<&str> {
        let pair = format!("{id}:{secret}");
        let forms = [
            secret.to_owned(),
            STANDARD.encode(secret),
            STANDARD.encode(&pair),
            URL_SAFE_NO_PAD.encode(secret),
        ];
        // The last characters of base64 depend on what follows.
        let forms: Vec<&[u8]> = forms
            .iter()
            .map(|form| form.trim_end_matches('=').as_bytes())
            .map(|form| &form[..form.len() - 2])
            .collect();
        self.places(|bytes| forms.iter().any(|form| contains(bytes, form)))
    }

    /// Where something like a JWT is.
    pub(crate) fn places_of_tokens(&self) -> Vec<&str> {
        self.places(|bytes| contains(bytes, b"eyJ"))
    }

    fn places(&self, found: impl Fn(&[u8]) -> bool) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(_, bytes)| found(bytes))
            .map(|(name, _)| name.as_str())
            .collect()
    }
}

fn contains(bytes: &[u8], form: &[u8]) -> bool {
    bytes.windows(form.len()).any(|window| window == form)
}

//! A kubeconfig for clients outside of this process.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// A cluster that is served, and how to be let in. The context, the cluster and the user have one
/// name.
#[derive(Clone, PartialEq, Eq)]
pub struct Context {
    pub name: String,
    /// `https://127.0.0.1:41234`
    pub server: String,
    /// The certificate of the authority, PEM.
    pub ca_pem: String,
    pub token: String,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the token.
        f.debug_struct("Context").field("name", &self.name).field("server", &self.server).finish_non_exhaustive()
    }
}

/// By this first line a file is known as one that the sandbox wrote.
const MARK: &str = "# Written by qd sandbox serve, which replaces it.";

/// The text of a kubeconfig; the first context is the current one.
pub fn text(contexts: &[Context]) -> String {
    let quoted = |text: &str| json!(text).to_string();
    let current = contexts.first().map_or("", |context| context.name.as_str());
    let (mut clusters, mut users, mut named) = (String::new(), String::new(), String::new());
    for context in contexts {
        let name = quoted(&context.name);
        let ca = STANDARD.encode(&context.ca_pem);
        clusters.push_str(&format!(
            "- name: {name}\n  cluster:\n    server: {}\n    certificate-authority-data: {ca}\n",
            quoted(&context.server)
        ));
        users.push_str(&format!("- name: {name}\n  user:\n    token: {}\n", quoted(&context.token)));
        named.push_str(&format!("- name: {name}\n  context:\n    cluster: {name}\n    user: {name}\n"));
    }
    format!(
        "{MARK}\napiVersion: v1\nkind: Config\ncurrent-context: {}\nclusters:\n{clusters}contexts:\n{named}users:\n{users}",
        quoted(current)
    )
}

/// Writes a kubeconfig that only its owner can read, in place of an earlier one of the sandbox.
///
/// # Errors
/// When the file cannot be written, or is there and somebody else's, whose clusters would be lost; it stays then.
pub fn write(path: &Path, contexts: &[Context]) -> io::Result<()> {
    if is_of_others(path)? {
        let message = "it is there, and the sandbox did not write it: name another file";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let beside = path.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let written = create(&beside).and_then(|mut file| {
        file.write_all(text(contexts).as_bytes())?;
        fs::rename(&beside, path)
    });
    if written.is_err() {
        // There may be none; what went wrong is told either way.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn is_of_others(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
        Ok(there) if !there.is_file() => Ok(true),
        Ok(_) => {
            let mut beginning = String::new();
            // What is no text is nobody's kubeconfig.
            let read = File::open(path)?.take(MARK.len() as u64).read_to_string(&mut beginning);
            Ok(read.is_err() || beginning != MARK)
        }
    }
}

fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    // One that was left there keeps its mode when it is opened.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_owner_reads_it() {
        let directory = std::env::temp_dir().join(format!("kubeconfig-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join("config");
        let context = |name: &str| Context {
            name: name.into(),
            server: "https://127.0.0.1:1".into(),
            ca_pem: "PEM".into(),
            token: "secret".into(),
        };
        fs::write(&path, "apiVersion: v1").unwrap();
        assert_eq!(write(&path, &[context("a")]).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "apiVersion: v1");
        fs::remove_file(&path).unwrap();
        write(&path, &[context("a")]).unwrap();
        write(&path, &[context("a"), context("b: c")]).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("current-context: \"a\"\n") && text.contains("- name: \"b: c\"\n"), "{text}");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
        assert!(!format!("{:?}", context("a")).contains("secret"));
        fs::remove_dir_all(&directory).unwrap();
    }
}

//! Whose certificates are trusted: those of this machine, or those that `AWS_CA_BUNDLE` or `ca_bundle` of
//! the profile name in their place, as for the AWS CLI (`botocore/configprovider.py`, `ca_bundle`).

use std::env;
use std::path::{Path, PathBuf};

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use thiserror::Error;

use super::shared_files::{Profile, expanded};
use crate::domain::text;
use crate::plain_file;

/// More bytes than any bundle of certificates has.
const LARGEST: u64 = 16 * 1024 * 1024;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// A file with the certificates of those who are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bundle {
    path: PathBuf,
    /// `AWS_CA_BUNDLE (/etc/corp.pem)`.
    pub setting: String,
}

/// A bundle that names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{setting} {why}")]
pub(super) struct BadBundle {
    setting: String,
    why: String,
}

impl Bundle {
    /// The one that counts for a profile.
    pub(super) fn here(profile: Option<&Profile>) -> Option<Self> {
        let variable = env::var("AWS_CA_BUNDLE").ok();
        Self::of(variable.as_deref(), profile)
    }

    fn of(variable: Option<&str>, profile: Option<&Profile>) -> Option<Self> {
        let (name, path) = match (variable.filter(|path| !path.is_empty()), profile) {
            (Some(path), _) => ("AWS_CA_BUNDLE".to_owned(), path),
            (None, Some(profile)) => (format!("ca_bundle of profile {}", profile.name), profile.get("ca_bundle")?),
            (None, None) => return None,
        };
        Some(Self { path: expanded(Path::new(path)), setting: text::clean(&format!("{name} ({path})")) })
    }

    /// What asks AWS and trusts these and nobody else. In everything else it is the SDK's own client.
    ///
    /// # Errors
    /// When the file cannot be read, or has no certificate in it.
    pub(super) fn client(&self) -> Result<SharedHttpClient, BadBundle> {
        let bad = |why: String| BadBundle { setting: self.setting.clone(), why };
        let file = plain_file::text(&self.path, LARGEST).map_err(|error| bad(format!("cannot be read: {error}")))?;
        let mut store = TrustStore::empty();
        let mut count = 0_usize;
        // The SDK panics on a certificate that it cannot read.
        for certificate in certificates(&file).filter(|certificate| is_readable(certificate)) {
            store = store.with_pem_certificate(certificate.as_bytes());
            count += 1;
        }
        if count == 0 {
            return Err(bad("has no certificate in it (PEM)".to_owned()));
        }
        let context = TlsContext::builder().with_trust_store(store).build().map_err(|error| bad(error.to_string()))?;
        Ok(super::limit::client(Some(context)))
    }
}

/// The certificates of a bundle, each from its first line to its last; keys and comments are left out.
fn certificates(file: &str) -> impl Iterator<Item = String> {
    file.split(BEGIN).skip(1).filter_map(|rest| {
        let (body, _) = rest.split_once(END)?;
        Some(format!("{BEGIN}{body}{END}\n"))
    })
}

fn is_readable(certificate: &str) -> bool {
    let der = CertificateDer::from_pem_slice(certificate.as_bytes());
    der.is_ok_and(|der| RootCertStore::empty().add(der).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::shared_files::Profiles;

    #[test]
    fn the_variable_comes_before_the_profile() {
        let profiles = Profiles::parse("[profile p]\nca_bundle = /of/profile.pem\n[profile q]\n", "");
        let setting = |variable, name| Bundle::of(variable, profiles.get(name)).map(|bundle| bundle.setting);
        assert_eq!(setting(Some("/of/all.pem"), "p").as_deref(), Some("AWS_CA_BUNDLE (/of/all.pem)"));
        assert_eq!(setting(Some(""), "p").as_deref(), Some("ca_bundle of profile p (/of/profile.pem)"));
        assert_eq!((setting(None, "q"), setting(None, "nowhere")), (None, None));
    }

    #[test]
    fn a_bundle_without_certificates_is_told_and_panics_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let why = || {
            let bundle = Bundle::of(path.to_str(), None).unwrap();
            bundle.client().map(|_| ()).unwrap_err().why
        };
        assert!(why().starts_with("cannot be read: "), "{}", why());
        for text in ["", "nothing", BEGIN, &format!("{BEGIN}\nbm90aGluZw==\n{END}\n"), &format!("{BEGIN}\n!\n{END}\n")]
        {
            std::fs::write(&path, text).unwrap();
            assert_eq!(why(), "has no certificate in it (PEM)", "{text}");
        }
    }
}

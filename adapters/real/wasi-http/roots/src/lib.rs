//! The list of authorities that clients trust, in the place of the one that is compiled in: read from the file that
//! `SSL_CERT_FILE` names, where that is set.

use std::env;

use pki_types::pem::PemObject as _;
use pki_types::{CertificateDer, TrustAnchor};

/// What becomes the list.
#[derive(Debug, Clone, Copy)]
pub struct Roots;

/// The list, as the crate whose place this takes calls it.
pub const TLS_SERVER_ROOTS: Roots = Roots;

impl From<Roots> for Vec<TrustAnchor<'static>> {
    fn from(_: Roots) -> Self {
        let Some(file) = env::var_os("SSL_CERT_FILE") else { return Vec::new() };
        let Ok(certificates) = CertificateDer::pem_file_iter(file) else { return Vec::new() };
        certificates
            .flatten()
            .filter_map(|certificate| {
                webpki::anchor_from_trusted_cert(&certificate).ok().map(|anchor| anchor.to_owned())
            })
            .collect()
    }
}

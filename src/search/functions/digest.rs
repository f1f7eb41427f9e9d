//! Digests of texts (Search Reference, "Cryptographic functions"): in hex, in lower case. Of a
//! multivalue field one for each text.

use super::super::datum::Datum;
use super::super::expression::Scope;
use super::Call;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use std::fmt::Write as _;

pub(super) fn md5(call: &Call, scope: &Scope<'_>) -> Datum {
    digest::<Md5>(call, scope)
}

pub(super) fn sha1(call: &Call, scope: &Scope<'_>) -> Datum {
    digest::<Sha1>(call, scope)
}

pub(super) fn sha256(call: &Call, scope: &Scope<'_>) -> Datum {
    digest::<Sha256>(call, scope)
}

pub(super) fn sha512(call: &Call, scope: &Scope<'_>) -> Datum {
    digest::<Sha512>(call, scope)
}

fn digest<D: Digest>(call: &Call, scope: &Scope<'_>) -> Datum {
    call.value(0, scope).map(|text| {
        let mut hex = String::new();
        for byte in &*D::digest(text.as_bytes()) {
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    })
}

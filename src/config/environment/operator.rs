//! Reads `operator`: the role that is assumed for a change.

use toml::de::DeValue;

use super::super::document::{Entry, found};
use super::super::guard::CLOSED;
use super::super::{EnvironmentSpec, RoleSpec, forms};
use super::{ARN, EXTERNAL_ID, Lines, MFA_SERIAL, Reader, is_external_id};
use crate::nearest::hint;

const KEYS: [&str; 4] = ["arn", "external_id", "mfa_serial", "source_identity"];

impl<'t> Reader<'_, 't, '_> {
    /// An operator of another account would change what nobody looks at here.
    pub(super) fn same_account(&mut self, spec: &mut EnvironmentSpec, lines: &Lines) {
        let reader = spec.connection.roles.last().and_then(|role| forms::account_of_role(&role.arn));
        let (Some(account), Some(operator)) = (spec.expected_account.as_deref().or(reader), &spec.operator) else {
            return;
        };
        let Some(own) = forms::account_of_role(&operator.arn).filter(|own| *own != account) else { return };
        let message =
            format!("operator: found a role of {own}, expected one of the environment's account {account}; {CLOSED}");
        self.problems.error(lines.operator.unwrap_or(spec.line), message);
        self.guard.closed = true;
        spec.operator = None;
    }

    /// `operator` is written like one role. `None` when it cannot be used; the environment is read
    /// all the same.
    pub(super) fn operator(&mut self, entry: &Entry<'_, 't>) -> Option<RoleSpec> {
        let mut role = RoleSpec { source_identity: true, ..RoleSpec::default() };
        let mut sound = true;
        match entry.value {
            DeValue::String(arn) if forms::account_of_role(arn).is_some() => role.arn = arn.to_string(),
            DeValue::Table(table) => {
                for entry in self.part.entries(table) {
                    sound &= self.operator_entry(&entry, &mut role);
                }
                if sound && role.arn.is_empty() {
                    sound = false;
                    self.problems.error(entry.line, format!("operator: arn is missing: expected {ARN}; {CLOSED}"));
                }
            }
            _ => {
                sound = false;
                self.ignored(entry, ARN, CLOSED);
            }
        }
        sound.then_some(role)
    }

    /// False when it cannot be used.
    fn operator_entry(&mut self, entry: &Entry<'_, 't>, role: &mut RoleSpec) -> bool {
        let written = entry.value.as_str();
        let expected = match (entry.key, written) {
            ("arn", Some(arn)) if forms::account_of_role(arn).is_some() => {
                arn.clone_into(&mut role.arn);
                return true;
            }
            ("external_id", Some(id)) if is_external_id(id) => {
                role.external_id = Some(id.to_owned());
                return true;
            }
            ("mfa_serial", Some(serial)) if forms::is_mfa_serial(serial) => {
                role.mfa_serial = Some(serial.to_owned());
                return true;
            }
            ("source_identity", _) if entry.value.as_bool().is_some() => {
                role.source_identity = entry.value.as_bool().unwrap_or(true);
                return true;
            }
            ("arn", _) => ARN,
            ("external_id", _) => EXTERNAL_ID,
            ("mfa_serial", _) => MFA_SERIAL,
            ("source_identity", _) => "true or false",
            ("session_name", _) => {
                let message = "session_name is not used here: the session of a change is named after who makes it \
                               and why";
                self.problems.warning(entry.line, message.into());
                return true;
            }
            (key, _) => {
                let message = format!("{key:?} is not known in operator{}", hint(key, &KEYS));
                self.problems.warning(entry.line, message);
                return true;
            }
        };
        self.problems.error(
            entry.line,
            format!("operator.{}: found {}, expected {expected}; {CLOSED}", entry.key, found(entry.value)),
        );
        false
    }
}

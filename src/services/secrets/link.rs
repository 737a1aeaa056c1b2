//! Where the AWS console shows a secret.

use crate::domain::console::page;

/// The page of the secret of this name in a region, where that has one.
#[must_use]
pub fn of_secret(region: &str, name: &str) -> Option<String> {
    page(region, "secretsmanager", "secret", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_its_page_whatever_it_is_called() {
        assert_eq!(
            of_secret("us-east-1", "rentaliq/prod/db/credentials").unwrap(),
            "https://us-east-1.console.aws.amazon.com/secretsmanager/secret?name=rentaliq%2Fprod%2Fdb%2Fcredentials\
             &region=us-east-1"
        );
    }
}

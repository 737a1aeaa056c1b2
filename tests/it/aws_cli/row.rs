//! A row of the table: files, variables and options, and how both tools are given them.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use tempfile::TempDir;

/// The parts of the table.
const TABLE: [&str; 7] = [
    include_str!("table/regions.toml"),
    include_str!("table/keys.toml"),
    include_str!("table/profiles.toml"),
    include_str!("table/files.toml"),
    include_str!("table/roles.toml"),
    include_str!("table/providers.toml"),
    include_str!("table/endpoints.toml"),
];

/// All rows.
pub fn table() -> Vec<Row> {
    let rows = |text| toml::from_str::<Table>(text).unwrap_or_else(|error| panic!("{error}")).row;
    TABLE.into_iter().flat_map(rows).collect()
}

/// A part of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    row: Vec<Row>,
}

/// A configuration. In each of its texts `{endpoint}` stands for the endpoint that listens, `{home}`
/// for the home directory.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub name: String,
    /// `~/.aws/config`.
    config: Option<String>,
    /// `~/.aws/credentials`.
    credentials: Option<String>,
    /// Other files, by their paths in the home.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Variables.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// `--profile`, `--region` and `--endpoint-url`.
    profile: Option<String>,
    region: Option<String>,
    endpoint_url: Option<String>,
    /// Without `AWS_ENDPOINT_URL`, which otherwise is the endpoint that listens.
    #[serde(default)]
    away: bool,
    /// The code to give when an MFA device's is asked for.
    pub code: Option<String>,
}

/// What a row is for one run of one tool.
pub struct Given {
    /// The home directory, removed with this value.
    pub home: TempDir,
    pub variables: Vec<(String, String)>,
    pub options: Vec<String>,
}

impl Row {
    /// Every text of it.
    pub fn words(&self) -> String {
        let files = self.config.iter().chain(&self.credentials).chain(self.files.values());
        files.chain(self.env.values()).map(|text| format!("{text}\n")).collect()
    }

    /// Writes its files into a new home.
    pub fn give(&self, endpoint: &str) -> Given {
        let home = tempfile::tempdir().unwrap();
        let at = home.path().to_str().unwrap().to_owned();
        let fill = |text: &str| text.replace("{endpoint}", endpoint).replace("{home}", &at);

        let usual = [(".aws/config", &self.config), (".aws/credentials", &self.credentials)];
        let usual = usual.into_iter().filter_map(|(path, text)| Some((path, text.as_deref()?)));
        for (path, text) in usual.chain(self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))) {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, fill(text)).unwrap();
        }

        let mut variables: BTreeMap<&str, String> = BTreeMap::from([
            ("HOME", at.clone()),
            ("PATH", "/usr/bin:/bin".to_owned()),
            ("TZ", "UTC".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_MAX_ATTEMPTS", "1".to_owned()),
            // Whatever leads to AWS itself is heard here, and goes no further.
            ("HTTPS_PROXY", endpoint.to_owned()),
            ("NO_PROXY", "127.0.0.1".to_owned()),
        ]);
        if !self.away {
            variables.insert("AWS_ENDPOINT_URL", endpoint.to_owned());
        }
        variables.extend(self.env.iter().map(|(name, value)| (name.as_str(), fill(value.as_str()))));
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();

        let options =
            [("--profile", &self.profile), ("--region", &self.region), ("--endpoint-url", &self.endpoint_url)];
        let options =
            options.into_iter().filter_map(|(option, value)| Some([option.to_owned(), fill(value.as_deref()?)]));
        let options = options.flatten().collect();
        Given { home, variables, options }
    }
}

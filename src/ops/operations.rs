//! The operations of a service as two enums: which one, and what is to be done.

/// Makes `Kind` and `Operation` of a list of requests. Whoever uses it has in scope what they are made of: each request by
/// its name, `Request`, `Draft`, `TargetKind`, the calls (`Api`), what is selected (`On`) and what was read (`Seen`).
macro_rules! operations {
    ($($name:ident, $text:literal, $title:literal, $target:ident, [$($api:ident),+];)+) => {
        /// Which operation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind { $(#[serde(rename = $text)] $name,)+ }

        /// What is to be done, with its parameters.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "operation")]
        pub enum Operation { $(#[serde(rename = $text)] $name($name),)+ }

        impl Kind {
            /// All operations, in the order of the menu.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// As on the command line and in a configuration: `create-snapshot`.
            #[must_use]
            pub fn name(self) -> &'static str { match self { $(Self::$name => $text,)+ } }

            /// As a person says it: `Create snapshot`.
            #[must_use]
            pub fn title(self) -> &'static str { match self { $(Self::$name => $title,)+ } }

            /// What it is done to.
            #[must_use]
            pub fn target(self) -> TargetKind { match self { $(Self::$name => TargetKind::$target,)+ } }

            /// The calls that it may make.
            #[must_use]
            pub fn apis(self) -> &'static [Api] {
                match self { $(Self::$name => &[$(Api::$api,)+],)+ }
            }

            /// Why its request makes no sense for what is selected.
            fn refused_by_request(self, on: On<'_>) -> Option<String> {
                match self { $(Self::$name => <$name as Request>::unavailable(on),)+ }
            }

            /// The request with good defaults for the target.
            #[must_use]
            pub fn offer(self, seen: &Seen) -> Operation {
                match self { $(Self::$name => Operation::$name(<$name as Request>::offer(seen)),)+ }
            }
        }

        impl Operation {
            /// Which operation this is.
            #[must_use]
            pub fn kind(&self) -> Kind { match self { $(Self::$name(_) => Kind::$name,)+ } }

            /// The parameters, in the order in which they are edited.
            #[must_use]
            pub fn fields(&self, seen: &Seen) -> Vec<Field> { match self { $(Self::$name(r) => r.fields(seen),)+ } }

            /// Sets a parameter.
            ///
            /// # Errors
            /// What is wrong with the value, in words, and nothing is changed.
            pub fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
                match self { $(Self::$name(r) => r.set(name, value, seen),)+ }
            }

            /// What it means for this state of the world.
            #[must_use]
            pub fn draft(&self, seen: &Seen) -> Draft { match self { $(Self::$name(r) => r.draft(seen),)+ } }
        }
    };
}

pub(crate) use operations;

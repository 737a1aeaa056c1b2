//! What an instance class gives: vCPUs, memory, and PostgreSQL's default connection limit.

/// Capacity of a `db.*` instance class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InstanceClass {
    pub vcpus: u32,
    pub memory_gib: f64,
    /// T classes earn and spend CPU credits.
    pub burstable: bool,
}

impl InstanceClass {
    /// Reads `db.r6g.2xlarge`. Families and sizes as in the RDS user guide, "Hardware
    /// specifications for DB instance classes"; `None` for one that is not known here.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix("db.")?.split('.');
        let (family, size) = (parts.next()?, parts.next()?);
        if family.starts_with('t') {
            let (vcpus, memory_gib) = match size {
                "micro" => (2, 1.0),
                "small" => (2, 2.0),
                "medium" => (2, 4.0),
                "large" => (2, 8.0),
                "xlarge" => (4, 16.0),
                "2xlarge" => (8, 32.0),
                _ => return None,
            };
            return Some(Self { vcpus, memory_gib, burstable: true });
        }
        let vcpus = match size {
            "medium" => 1,
            "large" => 2,
            other => {
                let factor = other.strip_suffix("xlarge")?;
                4u32.checked_mul(if factor.is_empty() { 1 } else { factor.parse::<u32>().ok()? })?
            }
        };
        let memory_per_vcpu = match family.as_bytes().first()? {
            b'm' => 4.0,
            b'r' => 8.0,
            b'c' => 2.0,
            // "db.x2iedn": 32 GiB a vCPU; its sisters have half of that.
            b'x' if family == "x2iedn" => 32.0,
            b'x' => 16.0,
            _ => return None,
        };
        Some(Self { vcpus, memory_gib: f64::from(vcpus) * memory_per_vcpu, burstable: false })
    }

    /// PostgreSQL's default `max_connections` on RDS:
    /// `LEAST({DBInstanceClassMemory/9531392}, 5000)`. `DBInstanceClassMemory` is less than the
    /// nominal memory by what RDS and the operating system take; a tenth is assumed, so this is
    /// an estimate, and a parameter group may say otherwise.
    #[must_use]
    pub fn default_max_connections(self) -> f64 {
        (self.memory_gib * 0.9 * 1_073_741_824.0 / 9_531_392.0).floor().min(5000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_the_reference_estates() {
        for (name, vcpus, memory) in [
            ("db.t3.micro", 2, 1.0),
            ("db.t3.medium", 2, 4.0),
            ("db.r6g.xlarge", 4, 32.0),
            ("db.m7g.2xlarge", 8, 32.0),
            ("db.r6g.large", 2, 16.0),
        ] {
            let class = InstanceClass::parse(name);
            assert_eq!(class.map(|c| (c.vcpus, c.memory_gib)), Some((vcpus, memory)), "{name}");
        }
    }

    #[test]
    fn unknown_classes_are_unknown() {
        for name in ["", "db", "db.", "db.q9", "db.q9.large", "t3.micro", "db.m5.hugexlarge", "db.serverless"] {
            assert_eq!(InstanceClass::parse(name), None, "{name}");
        }
    }

    #[test]
    fn connections_are_capped_at_five_thousand() {
        let big = InstanceClass::parse("db.r6g.16xlarge").map(InstanceClass::default_max_connections);
        assert_eq!(big, Some(5000.0));
    }
}

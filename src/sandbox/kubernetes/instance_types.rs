//! The EC2 instance types of the sandbox: what DescribeInstanceTypes says of them and what a kubelet of
//! EKS's AL2023 AMI can offer of it.

const MIB: i64 = 1 << 20;
const GIB: i64 = 1 << 30;

/// A CPU architecture, as `kubernetes.io/arch` spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arch {
    Amd64,
    Arm64,
}

impl Arch {
    /// The label's value.
    pub fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }
}

/// One instance type.
#[derive(Debug, PartialEq)]
pub struct InstanceType {
    pub name: &'static str,
    pub vcpus: i64,
    pub memory_mib: i64,
    pub arch: Arch,
    /// `intel`, `amd` or `aws`.
    pub cpu_manufacturer: &'static str,
    /// Network interfaces, and IPv4 addresses of each.
    pub enis: i64,
    pub addresses_per_eni: i64,
    pub network_mbps: i64,
    /// USD an hour, Linux on-demand in us-east-1: the price list that Karpenter carries for a network in
    /// which the pricing API cannot be reached. It serves to compare types.
    pub on_demand: f64,
}

/// What a node has or may give: CPU in thousandths, memory and storage in bytes, pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    pub cpu_milli: i64,
    pub memory: i64,
    pub ephemeral: i64,
    pub pods: i64,
}

impl InstanceType {
    /// The type of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        INSTANCE_TYPES.iter().find(|one| one.name == name)
    }

    /// `m6i` of `m6i.xlarge`.
    pub fn family(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(family, _)| family)
    }

    /// `xlarge` of `m6i.xlarge`.
    pub fn size(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(_, size)| size)
    }

    /// `m` of `m6i.xlarge`.
    pub fn category(&self) -> &'static str {
        let family = self.family();
        family.find(|letter: char| letter.is_ascii_digit()).map_or(family, |at| &family[..at])
    }

    /// `6` of `m6i.xlarge`.
    pub fn generation(&self) -> &'static str {
        let rest = &self.family()[self.category().len()..];
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        &rest[..end]
    }

    /// Pods that the VPC CNI has addresses for without prefix delegation: interfaces × (addresses − 1) + 2.
    pub fn max_pods(&self) -> i64 {
        self.enis * (self.addresses_per_eni - 1) + 2
    }

    /// Capacity as Karpenter estimates it before it has seen a node of the type: 7.5 % of memory for the
    /// hypervisor (VM_MEMORY_OVERHEAD_PERCENT), and 64 MiB of a Graviton's for contiguous memory.
    pub fn estimated_capacity(&self) -> Amounts {
        let mib = if self.arch == Arch::Arm64 { self.memory_mib - 64 } else { self.memory_mib };
        let overhead = (mib * 75 + 999) / 1000;
        Amounts {
            cpu_milli: self.vcpus * 1000,
            memory: (mib - overhead) * MIB,
            ephemeral: 20 * GIB,
            pods: self.max_pods(),
        }
    }

    /// Capacity as the kubelet reports it: Linux sees some 4 % less than the type's memory on Nitro.
    pub fn reported_capacity(&self) -> Amounts {
        let kib = self.memory_mib * 1024 * 959 / 1000;
        Amounts {
            cpu_milli: self.vcpus * 1000,
            memory: kib * 1024,
            // An xfs of a 20 GiB volume, as `df` has it.
            ephemeral: 20_893_676 * 1024,
            pods: self.max_pods(),
        }
    }

    /// What the kubelet keeps for itself, the system and the eviction threshold (100 MiB and a tenth of the
    /// storage), as nodeadm and Karpenter compute it: 255 MiB + 11 MiB a pod; of CPU 6 % of the first core,
    /// 1 % of the second, 0.5 % of the next two, 0.25 % of the rest.
    pub fn overhead(&self, capacity: Amounts) -> Amounts {
        let mut cpu = 0;
        for (start, end, basis_points) in [(0, 1000, 600), (1000, 2000, 100), (2000, 4000, 50), (4000, i64::MAX, 25)] {
            if capacity.cpu_milli > start {
                cpu += (capacity.cpu_milli.min(end) - start) * basis_points / 10_000;
            }
        }
        Amounts {
            cpu_milli: cpu,
            memory: (255 + 11 * capacity.pods + 100) * MIB,
            ephemeral: GIB + (capacity.ephemeral + 9) / 10,
            pods: 0,
        }
    }

    /// Capacity without the overhead.
    pub fn allocatable(&self, capacity: Amounts) -> Amounts {
        let overhead = self.overhead(capacity);
        Amounts {
            cpu_milli: capacity.cpu_milli - overhead.cpu_milli,
            memory: capacity.memory - overhead.memory,
            ephemeral: capacity.ephemeral - overhead.ephemeral,
            pods: capacity.pods,
        }
    }

    /// The labels that the type alone decides.
    pub fn labels(&self) -> Vec<(&'static str, String)> {
        vec![
            ("karpenter.k8s.aws/instance-capability-flex", "false".to_owned()),
            ("karpenter.k8s.aws/instance-category", self.category().to_owned()),
            ("karpenter.k8s.aws/instance-cpu", self.vcpus.to_string()),
            ("karpenter.k8s.aws/instance-cpu-manufacturer", self.cpu_manufacturer.to_owned()),
            ("karpenter.k8s.aws/instance-encryption-in-transit-supported", "true".to_owned()),
            ("karpenter.k8s.aws/instance-family", self.family().to_owned()),
            ("karpenter.k8s.aws/instance-generation", self.generation().to_owned()),
            ("karpenter.k8s.aws/instance-hypervisor", "nitro".to_owned()),
            ("karpenter.k8s.aws/instance-memory", self.memory_mib.to_string()),
            ("karpenter.k8s.aws/instance-network-bandwidth", self.network_mbps.to_string()),
            ("karpenter.k8s.aws/instance-size", self.size().to_owned()),
            ("kubernetes.io/arch", self.arch.name().to_owned()),
            ("kubernetes.io/os", "linux".to_owned()),
            ("node.kubernetes.io/instance-type", self.name.to_owned()),
        ]
    }
}

macro_rules! types {
    ($($name:literal $vcpus:literal $gib:literal $arch:ident $maker:literal $enis:literal $ips:literal $mbps:literal $price:literal;)*) => {
        &[$(InstanceType {
            name: $name,
            vcpus: $vcpus,
            memory_mib: $gib * 1024,
            arch: Arch::$arch,
            cpu_manufacturer: $maker,
            enis: $enis,
            addresses_per_eni: $ips,
            network_mbps: $mbps,
            on_demand: $price,
        },)*]
    };
}

/// All of them. Interfaces and bandwidth as EC2 documents them, prices of the AWS Price List of 2026-07-20.
pub const INSTANCE_TYPES: &[InstanceType] = types! {
    "t3.medium" 2 4 Amd64 "intel" 3 6 256 0.0416;
    "t3.large" 2 8 Amd64 "intel" 3 12 512 0.0832;
    "t3.xlarge" 4 16 Amd64 "intel" 4 15 1024 0.1664;
    "t4g.medium" 2 4 Arm64 "aws" 3 6 256 0.0336;
    "t4g.large" 2 8 Arm64 "aws" 3 12 512 0.0672;
    "m5.large" 2 8 Amd64 "intel" 3 10 750 0.096;
    "m5.xlarge" 4 16 Amd64 "intel" 4 15 1250 0.192;
    "m5.2xlarge" 8 32 Amd64 "intel" 4 15 2500 0.384;
    "m6i.large" 2 8 Amd64 "intel" 3 10 781 0.096;
    "m6i.xlarge" 4 16 Amd64 "intel" 4 15 1562 0.192;
    "m6i.2xlarge" 8 32 Amd64 "intel" 4 15 3125 0.384;
    "m6i.4xlarge" 16 64 Amd64 "intel" 8 30 6250 0.768;
    "m6a.large" 2 8 Amd64 "amd" 3 10 781 0.0864;
    "m6a.xlarge" 4 16 Amd64 "amd" 4 15 1562 0.1728;
    "m6a.2xlarge" 8 32 Amd64 "amd" 4 15 3125 0.3456;
    "m7i.large" 2 8 Amd64 "intel" 3 10 781 0.1008;
    "m7i.xlarge" 4 16 Amd64 "intel" 4 15 1562 0.2016;
    "m7i.2xlarge" 8 32 Amd64 "intel" 4 15 3125 0.4032;
    "m6g.large" 2 8 Arm64 "aws" 3 10 750 0.077;
    "m6g.xlarge" 4 16 Arm64 "aws" 4 15 1250 0.154;
    "m6g.2xlarge" 8 32 Arm64 "aws" 4 15 2500 0.308;
    "m7g.large" 2 8 Arm64 "aws" 3 10 937 0.0816;
    "m7g.xlarge" 4 16 Arm64 "aws" 4 15 1876 0.1632;
    "m7g.2xlarge" 8 32 Arm64 "aws" 4 15 3750 0.3264;
    "c5.xlarge" 4 8 Amd64 "intel" 4 15 1250 0.17;
    "c6i.large" 2 4 Amd64 "intel" 3 10 781 0.085;
    "c6i.xlarge" 4 8 Amd64 "intel" 4 15 1562 0.17;
    "c6i.2xlarge" 8 16 Amd64 "intel" 4 15 3125 0.34;
    "c6a.xlarge" 4 8 Amd64 "amd" 4 15 1562 0.153;
    "c6g.large" 2 4 Arm64 "aws" 3 10 750 0.068;
    "c6g.xlarge" 4 8 Arm64 "aws" 4 15 1250 0.136;
    "c6g.2xlarge" 8 16 Arm64 "aws" 4 15 2500 0.272;
    "c7g.large" 2 4 Arm64 "aws" 3 10 937 0.0725;
    "c7g.xlarge" 4 8 Arm64 "aws" 4 15 1876 0.145;
    "c7g.2xlarge" 8 16 Arm64 "aws" 4 15 3750 0.29;
    "c7g.4xlarge" 16 32 Arm64 "aws" 8 30 7500 0.58;
    "r5.large" 2 16 Amd64 "intel" 3 10 750 0.126;
    "r5.xlarge" 4 32 Amd64 "intel" 4 15 1250 0.252;
    "r6i.large" 2 16 Amd64 "intel" 3 10 781 0.126;
    "r6i.xlarge" 4 32 Amd64 "intel" 4 15 1562 0.252;
    "r6i.2xlarge" 8 64 Amd64 "intel" 4 15 3125 0.504;
    "r6g.large" 2 16 Arm64 "aws" 3 10 750 0.1008;
    "r6g.xlarge" 4 32 Arm64 "aws" 4 15 1250 0.2016;
    "r6g.2xlarge" 8 64 Arm64 "aws" 4 15 2500 0.4032;
    "r7g.large" 2 16 Arm64 "aws" 3 10 937 0.1071;
    "r7g.xlarge" 4 32 Arm64 "aws" 4 15 1876 0.2142;
    "r7g.2xlarge" 8 64 Arm64 "aws" 4 15 3750 0.4284;
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_apart() {
        let one = InstanceType::named("m6i.xlarge").unwrap();
        assert_eq!((one.category(), one.generation(), one.family(), one.size()), ("m", "6", "m6i", "xlarge"));
        let burst = InstanceType::named("t4g.medium").unwrap();
        assert_eq!((burst.category(), burst.generation()), ("t", "4"));
    }

    #[test]
    fn pods_are_limited_by_interfaces() {
        for (name, pods) in
            [("t3.medium", 17), ("m6i.large", 29), ("m6i.xlarge", 58), ("m6i.4xlarge", 234), ("t3.large", 35)]
        {
            assert_eq!(InstanceType::named(name).unwrap().max_pods(), pods, "{name}");
        }
    }

    /// The numbers of kube-reserved for 58 pods on four cores: 80m and 893 MiB.
    #[test]
    fn the_kubelet_keeps_its_share() {
        let one = InstanceType::named("m6i.xlarge").unwrap();
        let capacity = one.estimated_capacity();
        assert_eq!(capacity.memory / MIB, 16384 - 1229);
        let given = one.allocatable(capacity);
        assert_eq!((given.cpu_milli, given.memory / MIB, given.pods), (3920, 15155 - 893 - 100, 58));
        assert!(one.reported_capacity().memory > capacity.memory);
    }
}

//! Which hosts, addresses and ports a webhook may reach (`reliability.md` T-12, T-13).
//!
//! A document or a redirect of one customer must not make the platform talk to its own inside. The rule is: allow what
//! is public, by the special-purpose address registries of IANA, and nothing else. Ask [`Guard::check_url`] first, then
//! resolve the name once, then ask [`Guard::check_all`] about every answer, and connect to one of those addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use super::target::Url;

/// Why a target is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The operator's own list denies the address.
    DenyList,
    /// An IPv6 address that carries an IPv4 address inside.
    Embedded,
    /// Link-local, unspecified, multicast or broadcast, or a metadata service of a cloud.
    Infrastructure,
    /// The name resolved to no address.
    NoAddress,
    /// A name that stands for a machine or network of its own.
    Name,
    /// One of the platform's own listeners.
    Own,
    /// A port on which no web server is expected.
    Port,
    /// Loopback or a private network.
    Private,
    /// Another block that is not public.
    Special,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DenyList => "the address is on the deny list",
            Self::Embedded => "the address carries another address inside",
            Self::Infrastructure => "the address belongs to the local network or its infrastructure",
            Self::NoAddress => "the name has no address",
            Self::Name => "the host name is not a public one",
            Self::Own => "the address is one of the platform's own",
            Self::Port => "the port is not open to webhooks",
            Self::Private => "the address is private",
            Self::Special => "the address is not public",
        })
    }
}

impl std::error::Error for Denied {}

/// A block of addresses, such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    network: IpAddr,
    bits: u8,
}

/// A text that is no block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CidrError;

impl fmt::Display for CidrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a block of addresses: expected an address, a slash and a prefix length")
    }
}

impl std::error::Error for CidrError {}

impl Cidr {
    const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Self {
        Self { network: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits }
    }

    const fn v6(a: u16, b: u16, c: u16, d: u16, bits: u8) -> Self {
        Self { network: IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)), bits }
    }

    /// Whether an address lies in the block. IPv4 and IPv6 never match each other.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let differing = network.to_bits() ^ address.to_bits();
                differing.leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let differing = network.to_bits() ^ address.to_bits();
                differing.leading_zeros() >= u32::from(self.bits)
            }
            _ => false,
        }
    }
}

impl FromStr for Cidr {
    type Err = CidrError;

    /// Accepts a single address too. Bits behind the prefix are ignored.
    fn from_str(text: &str) -> Result<Self, CidrError> {
        let (network, bits) = match text.split_once('/') {
            Some((network, bits)) => (network, Some(bits)),
            None => (text, None),
        };
        let network: IpAddr = network.parse().map_err(|_| CidrError)?;
        let width = if network.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) if bits.bytes().all(|b| b.is_ascii_digit()) => bits.parse().map_err(|_| CidrError)?,
            Some(_) => return Err(CidrError),
            None => width,
        };
        if bits <= width { Ok(Self { network, bits }) } else { Err(CidrError) }
    }
}

use Denied::{Infrastructure, Private, Special};

/// IANA's IPv4 special-purpose registry, multicast, the reserved class E, and the clouds' metadata services outside
/// those blocks. Everything not listed is public.
const V4: [(Cidr, Denied); 21] = [
    // "This network": connects to the machine itself on Linux.
    (Cidr::v4(0, 0, 0, 0, 8), Infrastructure),
    (Cidr::v4(10, 0, 0, 0, 8), Private),
    // Shared between carriers and their customers; Alibaba's metadata service lives in it.
    (Cidr::v4(100, 64, 0, 0, 10), Special),
    (Cidr::v4(100, 100, 100, 200, 32), Infrastructure),
    (Cidr::v4(127, 0, 0, 0, 8), Private),
    // Link-local; most clouds' metadata services live in it.
    (Cidr::v4(169, 254, 0, 0, 16), Infrastructure),
    // Azure's host services, on a public address.
    (Cidr::v4(168, 63, 129, 16, 32), Infrastructure),
    (Cidr::v4(172, 16, 0, 0, 12), Private),
    // Protocol assignments; Oracle's metadata service lives in it.
    (Cidr::v4(192, 0, 0, 0, 24), Special),
    (Cidr::v4(192, 0, 0, 192, 32), Infrastructure),
    // Documentation, three blocks.
    (Cidr::v4(192, 0, 2, 0, 24), Special),
    (Cidr::v4(198, 51, 100, 0, 24), Special),
    (Cidr::v4(203, 0, 113, 0, 24), Special),
    // AS112 and AMT: reachable, but never a customer's.
    (Cidr::v4(192, 31, 196, 0, 24), Special),
    (Cidr::v4(192, 52, 193, 0, 24), Special),
    (Cidr::v4(192, 175, 48, 0, 24), Special),
    // The 6to4 relay, withdrawn.
    (Cidr::v4(192, 88, 99, 0, 24), Special),
    (Cidr::v4(192, 168, 0, 0, 16), Private),
    // Benchmarking.
    (Cidr::v4(198, 18, 0, 0, 15), Special),
    (Cidr::v4(224, 0, 0, 0, 4), Infrastructure),
    (Cidr::v4(240, 0, 0, 0, 4), Infrastructure),
];

/// IPv6 is public only in this block, less those of `V6`.
const V6_PUBLIC: Cidr = Cidr::v6(0x2000, 0, 0, 0, 3);

/// IANA's IPv6 special-purpose registry, as far as the reason matters or the block lies inside the public one.
const V6: [(Cidr, Denied); 17] = [
    (Cidr { network: IpAddr::V6(Ipv6Addr::UNSPECIFIED), bits: 128 }, Infrastructure),
    (Cidr { network: IpAddr::V6(Ipv6Addr::LOCALHOST), bits: 128 }, Private),
    (Cidr::v6(0xfe80, 0, 0, 0, 10), Infrastructure),
    (Cidr::v6(0xff00, 0, 0, 0, 8), Infrastructure),
    // Metadata services of AWS, Google and Oracle, at unique local addresses.
    (Cidr::v6(0xfd00, 0xec2, 0, 0, 32), Infrastructure),
    (Cidr::v6(0xfd20, 0xce, 0, 0, 32), Infrastructure),
    (Cidr::v6(0xfd00, 0xc1, 0, 0, 32), Infrastructure),
    (Cidr::v6(0xfc00, 0, 0, 0, 7), Private),
    // NAT64 (well-known and local), 6to4, Teredo.
    (Cidr::v6(0x64, 0xff9b, 0, 0, 32), Denied::Embedded),
    (Cidr::v6(0x2002, 0, 0, 0, 16), Denied::Embedded),
    (Cidr::v6(0x2001, 0, 0, 0, 32), Denied::Embedded),
    // All other protocol assignments: benchmarking, ORCHID, AMT, AS112, drone remote ID.
    (Cidr::v6(0x2001, 0, 0, 0, 23), Special),
    // Documentation, two blocks.
    (Cidr::v6(0x2001, 0xdb8, 0, 0, 32), Special),
    (Cidr::v6(0x3fff, 0, 0, 0, 20), Special),
    // The former 6bone.
    (Cidr::v6(0x3ffe, 0, 0, 0, 16), Special),
    (Cidr::v6(0x2620, 0x4f, 0x8000, 0, 48), Special),
    // Mapped, translated and compatible IPv4 addresses.
    (Cidr::v6(0, 0, 0, 0, 32), Denied::Embedded),
];

/// Ports from 1024 up on which something else than a customer's web server answers: first and last, both included.
const SERVICE_PORTS: [(u16, u16); 79] = [
    (1080, 1080),     // SOCKS
    (1099, 1099),     // Java RMI
    (1194, 1194),     // OpenVPN
    (1433, 1434),     // SQL Server
    (1521, 1521),     // Oracle
    (1723, 1723),     // PPTP
    (1883, 1883),     // MQTT
    (2049, 2049),     // NFS
    (2181, 2181),     // ZooKeeper
    (2375, 2380),     // Docker, Swarm, etcd
    (2424, 2424),     // OrientDB
    (2888, 2888),     // ZooKeeper peers
    (3128, 3128),     // proxies
    (3260, 3260),     // iSCSI
    (3268, 3269),     // LDAP catalogue
    (3306, 3306),     // MySQL
    (3389, 3389),     // remote desktop
    (3478, 3478),     // STUN, TURN
    (3632, 3632),     // distcc
    (3690, 3690),     // Subversion
    (3888, 3888),     // ZooKeeper election
    (4001, 4001),     // etcd of old
    (4190, 4190),     // ManageSieve
    (4222, 4222),     // NATS
    (4369, 4369),     // Erlang port mapper
    (4505, 4506),     // Salt
    (4646, 4648),     // Nomad
    (4789, 4789),     // VXLAN
    (5044, 5044),     // Logstash
    (5060, 5061),     // SIP
    (5222, 5223),     // XMPP clients
    (5269, 5269),     // XMPP servers
    (5353, 5353),     // multicast DNS
    (5432, 5433),     // PostgreSQL
    (5555, 5555),     // Android debugging
    (5601, 5601),     // Kibana
    (5671, 5672),     // AMQP
    (5900, 5910),     // VNC
    (5984, 5986),     // CouchDB, WinRM
    (6000, 6063),     // X11
    (6222, 6222),     // NATS routes
    (6379, 6380),     // Redis
    (6432, 6432),     // PgBouncer
    (6443, 6443),     // Kubernetes
    (6660, 6669),     // IRC
    (6697, 6697),     // IRC with TLS
    (7000, 7001),     // Cassandra peers, Redis cluster
    (7077, 7077),     // Spark
    (7199, 7199),     // Cassandra JMX
    (7473, 7474),     // Neo4j
    (7687, 7687),     // Neo4j Bolt
    (8005, 8005),     // Tomcat shutdown
    (8009, 8009),     // AJP
    (8086, 8086),     // InfluxDB
    (8125, 8126),     // StatsD
    (8200, 8201),     // Vault
    (8222, 8222),     // NATS monitoring
    (8300, 8302),     // Consul
    (8500, 8503),     // Consul
    (8600, 8600),     // Consul DNS
    (8983, 8983),     // Solr
    (9042, 9042),     // Cassandra
    (9092, 9094),     // Kafka
    (9100, 9100),     // printers, Prometheus exporters
    (9160, 9160),     // Cassandra Thrift
    (9200, 9200),     // Elasticsearch
    (9300, 9300),     // Elasticsearch peers
    (9418, 9418),     // Git
    (10_050, 10_051), // Zabbix
    (10_248, 10_259), // kubelet and its neighbours
    (11_211, 11_211), // memcached
    (15_672, 15_672), // RabbitMQ
    (26_257, 26_257), // CockroachDB
    (26_379, 26_379), // Redis Sentinel
    (27_017, 27_019), // MongoDB
    (28_015, 28_017), // RethinkDB, MongoDB status
    (50_000, 50_000), // Db2
    (50_070, 50_070), // HDFS
    (61_613, 61_617), // ActiveMQ
];

/// Names of metadata services, whatever they resolve to.
const METADATA_NAMES: [&str; 5] =
    ["instance-data", "instance-data.ec2.internal", "metadata", "metadata.goog", "metadata.google.internal"];

/// Last labels of names that mean a machine or a network of one's own (RFC 6761, RFC 6762, RFC 8375, RFC 9476).
const PRIVATE_SUFFIXES: [&str; 12] = [
    "localhost",
    "localdomain",
    "internal",
    "local",
    "home.arpa",
    "intranet",
    "lan",
    "corp",
    "home",
    "private",
    "ip6-localhost",
    "ip6-loopback",
];

/// What an operator allows beyond the public, and denies beyond the special. The default allows the public only.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// Loopback, RFC 1918 and unique local addresses are reachable, on any port: for tests and closed networks.
    pub allow_private: bool,
    /// Blocks that are reachable whatever else they are, on any port, except infrastructure and addresses inside
    /// addresses.
    pub allow: Vec<Cidr>,
    /// Blocks that are never reachable.
    pub deny: Vec<Cidr>,
    /// The platform's own listeners. One on the unspecified address means loopback here, so give public ones in full.
    pub own: Vec<SocketAddr>,
}

impl Guard {
    /// Judges a URL before its name is resolved.
    pub fn check_url(&self, url: &Url) -> Result<(), Denied> {
        if let Some(address) = url.host_literal() {
            return self.check_address(address, url.port());
        }
        self.check_host_name(url.host())?;
        // Where more than the public is allowed, the address decides about the port.
        if self.is_open() { Ok(()) } else { check_port(url.port()) }
    }

    /// Judges a host name before it is resolved: names of one's own machine, of closed networks and of metadata services,
    /// and names with an underscore, which Twilio refuses too (`webhooks.md` section 6.5).
    pub fn check_host_name(&self, host: &str) -> Result<(), Denied> {
        let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        if METADATA_NAMES.contains(&name.as_str()) {
            return Err(Denied::Name);
        }
        let private = PRIVATE_SUFFIXES.iter().any(|suffix| {
            name.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        });
        if (private || name.contains('_')) && !self.is_open() { Err(Denied::Name) } else { Ok(()) }
    }

    /// Judges every address that a name resolved to: one that is denied refuses the whole name (`reliability.md` T-13).
    pub fn check_all(&self, addresses: &[IpAddr], port: u16) -> Result<(), Denied> {
        if addresses.is_empty() {
            return Err(Denied::NoAddress);
        }
        addresses.iter().try_for_each(|address| self.check_address(*address, port))
    }

    /// Judges the address of a connection.
    pub fn check_address(&self, address: IpAddr, port: u16) -> Result<(), Denied> {
        if self.own.iter().any(|own| is_own(own, address, port)) {
            return Err(Denied::Own);
        }
        if self.deny.iter().any(|cidr| cidr.contains(address)) {
            return Err(Denied::DenyList);
        }
        match special_block(address) {
            Some(hidden @ (Denied::Embedded | Infrastructure)) => Err(hidden),
            _ if self.allow.iter().any(|cidr| cidr.contains(address)) => Ok(()),
            Some(Private) if self.allow_private => Ok(()),
            Some(denied) => Err(denied),
            None => check_port(port),
        }
    }

    /// Whether anything but the public is reachable.
    fn is_open(&self) -> bool {
        self.allow_private || !self.allow.is_empty()
    }
}

fn is_own(own: &SocketAddr, address: IpAddr, port: u16) -> bool {
    let same = own.ip() == address || own.ip().is_unspecified() && address.is_loopback();
    same && own.port() == port
}

/// The reason why an address is not public. Of nested blocks, infrastructure counts first.
fn special_block(address: IpAddr) -> Option<Denied> {
    let table: &[(Cidr, Denied)] = if address.is_ipv4() { &V4 } else { &V6 };
    let mut reasons = table.iter().filter(|(cidr, _)| cidr.contains(address)).map(|(_, denied)| *denied);
    let first = reasons.next();
    if first.is_some_and(|first| first == Infrastructure || reasons.any(|other| other == Infrastructure)) {
        return Some(Infrastructure);
    }
    match address {
        IpAddr::V6(v6) => first.or_else(|| {
            if !V6_PUBLIC.contains(address) {
                Some(Special)
            } else if is_isatap(v6) {
                Some(Denied::Embedded)
            } else {
                None
            }
        }),
        IpAddr::V4(_) => first,
    }
}

/// ISATAP writes an IPv4 address behind `0:5efe` or `200:5efe` in the lower half (RFC 5214 section 6.1).
fn is_isatap(address: Ipv6Addr) -> bool {
    let [_, _, _, _, flag, marker, _, _] = address.segments();
    matches!(flag, 0 | 0x200) && marker == 0x5efe
}

/// Whether a public web server may listen on this port: 80, 443, and from 1024 up all but those of well-known services.
pub fn check_port(port: u16) -> Result<(), Denied> {
    let listed = SERVICE_PORTS.iter().any(|(first, last)| (*first..=*last).contains(&port));
    if matches!(port, 80 | 443) || (port >= 1024 && !listed) { Ok(()) } else { Err(Denied::Port) }
}

//! How far one root call may go.

/// Whether accounts of one family (a main account and its subaccounts) may dial each other's applications without
/// `PublicApplicationConnectEnabled`.
///
/// A subaccount is a different account, so the flag is required unless an operator decides otherwise
/// (`application-connect.md` section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FamilyConnect {
    /// The flag is required, as between strangers.
    #[default]
    Deny,
    /// The flag is not required. A forbid or allow list of the application still counts.
    Allow,
}

impl FamilyConnect {
    /// The name used across process borders.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Allow => "allow",
        }
    }

    /// The choice with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Deny, Self::Allow].into_iter().find(|choice| choice.as_str() == name)
    }
}

/// Limits of one root call: the call that a caller began, with every call made under it in whatever account.
///
/// A hop limit alone lets k dials in a row in each document make k^h legs (`reliability.md` T-19, T-20); that is
/// what the other three are for. Too many hops or legs is problem 90001, too many documents 90003, too much time 32015.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Applications that one line may be handed through; the dial that would be one more is refused.
    pub hops: u32,
    /// Legs and hops together.
    pub legs_per_root: u32,
    /// TwiML documents fetched.
    pub documents_per_root: u32,
    /// Seconds from the start of the root call.
    pub root_seconds: u64,
    /// Whether family accounts need the public flag.
    pub family_connect: FamilyConnect,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            hops: 10,
            legs_per_root: 50,
            documents_per_root: 500,
            root_seconds: 4 * 60 * 60,
            family_connect: FamilyConnect::Deny,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_the_ones_that_the_documents_name() {
        let Limits { hops, legs_per_root, documents_per_root, root_seconds, family_connect } =
            Limits::default();
        assert_eq!((hops, legs_per_root, documents_per_root, root_seconds), (10, 50, 500, 14_400));
        assert_eq!(family_connect, FamilyConnect::Deny);
    }

    #[test]
    fn names_of_the_family_choice_read_back() {
        for choice in [FamilyConnect::Deny, FamilyConnect::Allow] {
            assert_eq!(FamilyConnect::from_name(choice.as_str()), Some(choice));
        }
        assert_eq!(FamilyConnect::from_name("Allow"), None);
    }
}

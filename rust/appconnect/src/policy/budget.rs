//! What a root call may still spend.

use std::fmt;

use minicbor::{Decode, Encode};

use crate::policy::Limits;
use crate::time::Millis;

/// What is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exceeded {
    /// `Limits::legs_per_root`. Shown to the account that dials as problem 90001.
    Legs,
    /// `Limits::documents_per_root`. Shown to every account on the leg as problem 90003.
    Documents,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Legs => "the root call has made all its legs",
            Self::Documents => "the root call has fetched all its documents",
        })
    }
}

impl std::error::Error for Exceeded {}

/// Which part of what is left a dialled leg gets (our choice).
const SHARE: u32 = 8;

/// What is left to one root call. Carried across accounts and charged before the leg or the request is made, so
/// that a refusal costs nothing (`reliability.md` T-20).
///
/// It holds what is left and not what was used: a running call keeps the limits it began under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Budget {
    #[n(0)]
    legs: u32,
    #[n(1)]
    documents: u32,
    #[n(2)]
    deadline: Millis,
}

impl Budget {
    /// The whole budget of a root call that starts at `started`.
    #[must_use]
    pub const fn new(limits: &Limits, started: Millis) -> Self {
        Self {
            legs: limits.legs_per_root,
            documents: limits.documents_per_root,
            deadline: started.plus_seconds(limits.root_seconds),
        }
    }

    /// Pays for one leg or hop, or takes nothing and fails.
    pub const fn charge_leg(&mut self) -> Result<(), Exceeded> {
        let Some(left) = self.legs.checked_sub(1) else { return Err(Exceeded::Legs) };
        self.legs = left;
        Ok(())
    }

    /// Pays for one TwiML document, or takes nothing and fails.
    pub const fn charge_document(&mut self) -> Result<(), Exceeded> {
        let Some(left) = self.documents.checked_sub(1) else { return Err(Exceeded::Documents) };
        self.documents = left;
        Ok(())
    }

    /// Takes out a part for a leg that is dialled: an eighth of what is left, and one document at least.
    ///
    /// What the leg leaves over is to be [given back](Self::give_back), so that all legs of a root call together never
    /// use more than the whole.
    #[must_use]
    pub(crate) fn share(&mut self) -> Self {
        let documents = (self.documents / SHARE).max(self.documents.min(1));
        let legs = self.legs / SHARE;
        self.documents = self.documents.saturating_sub(documents);
        self.legs = self.legs.saturating_sub(legs);
        Self { legs, documents, deadline: self.deadline }
    }

    /// Takes back what a leg has left of its part.
    pub(crate) const fn give_back(&mut self, left: Self) {
        self.documents = self.documents.saturating_add(left.documents);
        self.legs = self.legs.saturating_add(left.legs);
    }

    /// When the root call ends at the latest.
    #[must_use]
    pub const fn deadline(&self) -> Millis {
        self.deadline
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_default_budget_is_50_legs_500_documents_and_4_hours() {
        let mut budget = Budget::new(&Limits::default(), Millis(5_000));
        assert_eq!(budget.deadline(), Millis(5_000 + 14_400_000));
        for _ in 0..50 {
            assert_eq!(budget.charge_leg(), Ok(()));
        }
        assert_eq!(budget.charge_leg(), Err(Exceeded::Legs));
        for _ in 0..500 {
            assert_eq!(budget.charge_document(), Ok(()));
        }
        assert_eq!(budget.charge_document(), Err(Exceeded::Documents));
    }

    /// Another version reads these very bytes: an array of legs left, documents left and deadline.
    #[test]
    fn the_bytes_of_a_snapshot_stay_as_they_are() {
        let limits =
            Limits { legs_per_root: 3, documents_per_root: 200, root_seconds: 1, ..Limits::default() };
        let bytes = minicbor::to_vec(Budget::new(&limits, Millis(0))).unwrap();
        assert_eq!(bytes, [0x83, 0x03, 0x18, 200, 0x19, 0x03, 0xe8]);
    }

    #[test]
    fn legs_share_one_budget_and_give_back_what_they_leave() {
        let limits = Limits { legs_per_root: 17, documents_per_root: 20, ..Limits::default() };
        let mut whole = Budget::new(&limits, Millis(0));
        let mut first = whole.share();
        assert_eq!((first.legs, first.documents, first.deadline), (2, 2, whole.deadline));
        assert_eq!((whole.legs, whole.documents), (15, 18));
        assert_eq!(first.charge_document(), Ok(()));
        whole.give_back(first);
        assert_eq!((whole.legs, whole.documents), (17, 19));
        // The last document goes to the leg that comes first.
        whole.documents = 1;
        assert_eq!((whole.share().documents, whole.share().documents), (1, 0));
    }

    proptest! {
        #[test]
        fn exactly_the_limit_is_granted_in_any_order_and_across_snapshots(
            legs in 0_u32..20, documents in 0_u32..20, orders in proptest::collection::vec(any::<bool>(), 0..80),
        ) {
            let limits = Limits { legs_per_root: legs, documents_per_root: documents, ..Limits::default() };
            let mut budget = Budget::new(&limits, Millis(0));
            let (mut made, mut fetched) = (0, 0);
            for is_leg in orders {
                if is_leg {
                    let granted = budget.charge_leg().is_ok();
                    prop_assert_eq!(granted, made < legs);
                    made += u32::from(granted);
                } else {
                    let granted = budget.charge_document().is_ok();
                    prop_assert_eq!(granted, fetched < documents);
                    fetched += u32::from(granted);
                }
                budget = minicbor::decode(&minicbor::to_vec(budget).unwrap()).unwrap();
            }
        }
    }
}

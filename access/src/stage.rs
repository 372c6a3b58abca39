//! The stages of a delivery: it only ever moves forward.

use crate::v1::DeliveryStage;

/// Whether a delivery may go from a stage to another. What a provider tells late, twice or in the
/// wrong order changes nothing: after `Read` nothing is news, and what has arrived cannot fail.
#[must_use]
pub const fn advances(from: DeliveryStage, to: DeliveryStage) -> bool {
    use DeliveryStage::{Failed, Unspecified};
    match (from, to) {
        (Failed, _) | (_, Unspecified) => false,
        (DeliveryStage::Delivered | DeliveryStage::Read, Failed) => false,
        (_, Failed) => true,
        (from, to) => (from as i32) < (to as i32),
    }
}

#[cfg(test)]
mod tests {
    use super::advances;
    use crate::v1::DeliveryStage::{Delivered, Failed, Queued, Read, Sent, Unspecified};

    #[test]
    fn a_delivery_only_moves_forward() {
        let order = [Unspecified, Queued, Sent, Delivered, Read];
        for (i, from) in order.into_iter().enumerate() {
            for (j, to) in order.into_iter().enumerate() {
                assert_eq!(advances(from, to), i < j, "{from:?} {to:?}");
            }
        }
        for from in [Unspecified, Queued, Sent] {
            assert!(advances(from, Failed), "{from:?}");
        }
        for to in [Delivered, Read] {
            assert!(!advances(Failed, to) && !advances(to, Failed), "{to:?}");
        }
        assert!(!advances(Failed, Failed));
    }
}

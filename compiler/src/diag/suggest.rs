//! "Did you mean": the one function that finds the known name closest to a mistyped one.

/// The candidate closest to `wanted`, if one is close enough to be what was meant.
///
/// The same name in another case wins; then the smallest edit distance (swaps count once) of at
/// most a third of the length, at least one. Ties go to the first in alphabetical order, so the
/// answer does not depend on the order of the candidates.
#[must_use]
pub fn closest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = wanted.to_lowercase();
    let allowed = (wanted.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != wanted)
        .filter_map(|candidate| {
            let distance = if candidate.to_lowercase() == folded {
                0
            } else {
                strsim::osa_distance(&folded, &candidate.to_lowercase())
            };
            (distance <= allowed).then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn finds_what_was_meant_and_nothing_far_fetched() {
        let known = ["orders.get", "orders.reschedule", "locate", "Order", "修改订单"];
        for (typed, meant) in [
            ("order.get", Some("orders.get")),
            ("loacte", Some("locate")),
            ("order", Some("Order")),
            ("修改定单", Some("修改订单")),
            ("weather", None),
            ("x", None),
        ] {
            assert_eq!(closest(typed, known), meant, "{typed}");
        }
    }
}

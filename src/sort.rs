//! Sorting by rank, once for all types: each type that is sorted by itself adds five kilobytes to the component.

/// The items by rank, lowest first; those of equal rank in the order they came.
pub(crate) fn by_rank<T>(items: impl IntoIterator<Item = (u32, T)>) -> Vec<T> {
    let mut keys = Vec::new();
    let mut ranked: Vec<Option<T>> = Vec::new();
    for (rank, item) in items {
        keys.push((u64::from(rank) << 32) | ranked.len() as u64);
        ranked.push(Some(item));
    }
    // Shell's sort, for the library's is three kilobytes.
    for gap in [1750, 701, 301, 132, 57, 23, 10, 4, 1] {
        for sorted in gap..keys.len() {
            let mut place = sorted;
            while place >= gap && keys[place - gap] > keys[place] {
                keys.swap(place - gap, place);
                place -= gap;
            }
        }
    }
    keys.into_iter().filter_map(|key| ranked[(key & u64::from(u32::MAX)) as usize].take()).collect()
}

#[cfg(test)]
mod tests {
    use super::by_rank;

    #[test]
    fn items_of_equal_rank_keep_their_order() {
        assert_eq!(by_rank([(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd'), (0, 'e')]), ['e', 'b', 'd', 'a', 'c']);
        let ranks: Vec<u32> = (0..5_000).map(|number: u32| number.wrapping_mul(2_654_435_761) >> 22).collect();
        let mut expected: Vec<_> = ranks.iter().copied().zip(0..).collect();
        expected.sort();
        assert_eq!(by_rank(ranks.iter().copied().zip(ranks.iter().copied().zip(0..))), expected);
    }
}

//! How many findings of each environment have a line: all of them while there is room.

/// So many an environment keeps, however little room there is.
const LEAST: usize = 3;

/// How many of each are shown, where there are so many of each and so many other lines in so many rows. What does not fit
/// is told in a line of its own; whoever comes first gets the rows that are left.
#[must_use]
pub fn shown(counts: &[usize], others: usize, rows: usize) -> Vec<usize> {
    if others + counts.iter().sum::<usize>() <= rows {
        return counts.to_vec();
    }
    // A line that says that there is one more could show it.
    let least = |count: &usize| if *count <= LEAST + 1 { *count } else { LEAST };
    let mut shown: Vec<usize> = counts.iter().map(least).collect();
    let lines = counts.iter().zip(&shown).map(|(count, shown)| shown + usize::from(shown < count));
    let mut free = rows.saturating_sub(others + lines.sum::<usize>());
    for (shown, count) in shown.iter_mut().zip(counts) {
        let hidden = count - *shown;
        if hidden == 0 {
            continue;
        }
        if hidden <= free + 1 {
            *shown = *count;
            free -= hidden - 1;
        } else {
            *shown += free;
            free = 0;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_shown_while_rows_are_free() {
        assert_eq!(shown(&[7, 2, 9], 10, 28), [7, 2, 9]);
        assert_eq!(shown(&[4, 4], 10, 0), [4, 4], "a line for one more is no less");
        assert_eq!(shown(&[5, 1], 10, 0), [3, 1]);
        assert_eq!(shown(&[7, 9], 10, 19), [4, 3], "the worst first: 10 + 3 + 1 + 3 + 1, and one row more");
        assert_eq!(shown(&[7, 9], 10, 22), [7, 4]);
        assert_eq!(shown(&[], 10, 0), Vec::<usize>::new());
    }

    #[test]
    fn no_row_is_left_that_could_show_one() {
        for rows in 0..40 {
            let counts = [6, 0, 11, 3];
            let shown = shown(&counts, 5, rows);
            let hidden = counts.iter().zip(&shown).filter(|(count, shown)| shown < count).count();
            let used = 5 + shown.iter().sum::<usize>() + hidden;
            assert!(hidden == 0 || used >= rows, "{rows}: {shown:?}");
            assert!(counts.iter().zip(&shown).all(|(count, shown)| *shown >= (*count).min(3)), "{rows}: {shown:?}");
        }
    }
}

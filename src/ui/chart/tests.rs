use super::*;

/// Draws `points` into 20 columns; 13 of them are the plot, 26 dots of 50 seconds each.
fn draw(chart: &Chart<'_>, points: &[(i64, f64)], height: u16) -> (Vec<String>, Buffer) {
    let mut buf = Buffer::empty(Rect::new(0, 0, 20, height));
    Chart { points, ..chart.clone() }.draw(buf.area, &mut buf, &Theme::default());
    let lines = (0..height).map(|y| (0..20_u16).map(|x| buf[(x, y)].symbol()).collect()).collect();
    (lines, buf)
}

fn cpu() -> Chart<'static> {
    Chart::new("CPU", Unit::Percent, 0..1300, 50)
}

fn flat(value: f64, times: impl Iterator<Item = i64>) -> Vec<(i64, f64)> {
    times.map(|i| (i * 50, value)).collect()
}

#[test]
fn a_line_with_labels_and_the_last_value() {
    let (lines, _) = draw(&cpu(), &flat(100.0, 0..26), 4);
    assert_eq!(lines[0], "CPU  100 %          ");
    assert_eq!(lines[1], "  100% ⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉");
    assert_eq!(lines[2], " ".repeat(20));
    assert_eq!(lines[3], "     0              ");
}

#[test]
fn a_gap_stays_a_gap() {
    let points = flat(100.0, (0..8).chain(18..26));
    assert_eq!(draw(&cpu(), &points, 4).0[1], "  100% ⠉⠉⠉⠉     ⠉⠉⠉⠉");
}

#[test]
fn a_jump_is_a_line_that_does_not_break() {
    let points = [(0, 100.0), (50, 0.0)];
    let lines = draw(&cpu(), &points, 4).0;
    assert_eq!(lines[1].chars().nth(7), Some('⢱'), "{lines:?}");
    assert_eq!(lines[2].chars().nth(7), Some('⢸'), "{lines:?}");
    assert_eq!(lines[3].chars().nth(7), Some('⢸'), "{lines:?}");
}

#[test]
fn data_beyond_a_threshold_takes_its_role() {
    let mut chart = cpu();
    chart.thresholds = &[(50.0, Role::Warning), (90.0, Role::Critical)];
    let theme = Theme::default();
    let mut points = flat(100.0, 0..4);
    points.extend(flat(70.0, 4..8));
    points.extend(flat(10.0, 10..26));
    let (lines, buf) = draw(&chart, &points, 4);
    let color = |x: u16, y: u16| buf[(x, y)].fg;
    assert_eq!(Some(color(7, 1)), theme.style(Role::Critical).fg);
    assert_eq!(Some(color(10, 1)), theme.style(Role::Warning).fg);
    assert_eq!(Some(color(15, 3)), theme.style(Role::ChartLine).fg);
    assert!(lines[2].ends_with("50%") && lines[2].contains('┄'), "the threshold lies behind: {lines:?}");
}

#[test]
fn what_is_expected_lies_behind_the_data() {
    let mut chart = cpu();
    let (lower, upper) = (flat(0.0, 0..26), flat(100.0, 0..26));
    chart.band = Some(Sides { lower: &lower, upper: &upper });
    let (lines, _) = draw(&chart, &flat(50.0, 0..26), 4);
    for line in [1, 3] {
        assert!(lines[line].ends_with(&"·".repeat(13)), "{lines:?}");
    }
    assert!(!lines[2].contains('·'), "{lines:?}");
    let (lines, _) = draw(&chart, &flat(100.0, 0..26), 4);
    assert!(!lines[1].contains('·') && lines[3].contains('·'), "{lines:?}");
}

#[test]
fn low_can_be_what_is_bad() {
    let mut chart = cpu();
    chart.thresholds = &[(20.0, Role::Warning), (10.0, Role::Critical)];
    chart.low_is_bad = true;
    assert_eq!(chart.beyond(50.0, 60.0), None);
    assert_eq!(chart.beyond(15.0, 60.0), Some(Role::Warning));
    assert_eq!(chart.beyond(5.0, 60.0), Some(Role::Critical));
}

#[test]
fn the_cursor_reads_the_value_at_its_moment() {
    let mut chart = cpu();
    let points = [(0, 10.0), (50, 20.0), (100, 30.0)];
    chart.cursor = Some(60);
    let (lines, _) = draw(&chart, &points, 4);
    assert_eq!(lines[0], "CPU  20.0 %  00:00Z ");
    chart.cursor = Some(1000);
    let (lines, _) = draw(&chart, &points, 4);
    assert_eq!(lines[0], "CPU  –  00:16Z      ");
    assert_eq!(lines[1].chars().nth(17), Some('│'));
}

#[test]
fn a_message_stands_where_there_is_no_data_and_never_covers_any() {
    let mut chart = cpu();
    assert_eq!(draw(&chart, &[], 4).0[2], "       no datapoints");
    chart.message = "loading";
    let (lines, _) = draw(&chart, &[(9000, 1.0)], 4);
    assert_eq!(lines[0], "CPU  –              ");
    assert_eq!(lines[2], "          loading   ");
    assert!(!draw(&chart, &flat(100.0, 0..26), 4).0.concat().contains("loading"));
}

#[test]
fn the_axis_has_times_and_marks() {
    let mut chart = cpu();
    chart.axis = true;
    chart.marks = &[(1000, Role::ChartMark, '◆'), (5000, Role::ChartMark, '◆')];
    let (lines, _) = draw(&chart, &flat(1.0, 0..26), 5);
    assert_eq!(lines[4], "   UTC 01-01     ◆  ");
    chart.axis = false;
    chart.marks = &[(1000, Role::ChartMark, '◆')];
    assert_eq!(draw(&chart, &flat(100.0, 0..26), 4).0[3].chars().nth(17), Some('◆'));
}

#[test]
fn bars_show_zero_and_not_a_gap() {
    let mut chart = cpu();
    chart.mode = Mode::Block;
    // 13 columns of 100 seconds; zero, full, and then nothing.
    let points = [(0, 0.0), (100, 100.0)];
    let (lines, _) = draw(&chart, &points, 4);
    assert_eq!(lines[1], "  100%  █           ");
    assert_eq!(lines[3], "     0 ▁█           ");
}

#[test]
fn any_size_can_be_drawn() {
    let mut chart = cpu();
    chart.axis = true;
    chart.cursor = Some(70);
    chart.thresholds = &[(50.0, Role::Warning)];
    chart.marks = &[(0, Role::ChartMark, '◆'), (1299, Role::ChartMark, '◆')];
    let points = flat(60.0, 0..26);
    for mode in [Mode::Braille, Mode::Block] {
        chart.mode = mode;
        for width in 0..24 {
            for height in 0..8 {
                let mut buf = Buffer::empty(Rect::new(3, 2, width, height));
                Chart { points: &points, ..chart.clone() }.draw(buf.area, &mut buf, &Theme::default());
            }
        }
    }
}

#[test]
fn what_the_metric_cannot_be_is_a_mark_and_no_line() {
    let mut chart = cpu();
    chart.impossible = &[0, 650, 9999];
    let (lines, _) = draw(&chart, &flat(10.0, 20..26), 4);
    assert_eq!(lines[0].trim_end(), "CPU  10.0 %");
    assert_eq!(lines[1], "  100% ?     ?      ");
    chart.impossible = &[1290];
    let (lines, _) = draw(&chart, &flat(10.0, 0..6), 4);
    assert!(lines[0].starts_with("CPU  ? cannot be"), "{lines:?}");
    let (lines, _) = draw(&chart, &[], 4);
    assert!(lines.concat().contains("only values"), "{lines:?}");
}

fn row_with<'a>(lines: &'a [String], words: &str) -> Option<&'a String> {
    lines.iter().skip(1).find(|line| line.trim_end().ends_with(words))
}

#[test]
fn a_threshold_is_labelled_at_the_right_and_gives_way_to_the_data() {
    let mut chart = cpu();
    chart.thresholds = &[(80.0, Role::Warning)];
    let (lines, _) = draw(&chart, &flat(10.0, 0..26), 6);
    assert_eq!(row_with(&lines, "80%"), Some(&lines[2]), "{lines:?}");
    assert!(lines[1].starts_with("  100%") && lines[5].starts_with("     0"), "{lines:?}");
    // The newest values rise through its row: the label stands before them.
    let mut points = flat(10.0, 0..22);
    points.extend(flat(95.0, 22..26));
    let (lines, _) = draw(&chart, &points, 6);
    assert!(lines[2].contains("80%") && !lines[2].ends_with("80%"), "{lines:?}");
}

#[test]
fn a_threshold_that_has_no_row_is_in_the_title() {
    let mut chart = cpu();
    chart.thresholds = &[(90.0, Role::Warning)];
    let mut buf = Buffer::empty(Rect::new(0, 0, 40, 4));
    Chart { points: &flat(86.0, 0..26), ..chart.clone() }.draw(buf.area, &mut buf, &Theme::default());
    let lines: Vec<String> = (0..4).map(|y| (0..40_u16).map(|x| buf[(x, y)].symbol()).collect()).collect();
    assert_eq!(lines[0].trim_end(), "CPU  86.0 %  limit 90%", "{lines:?}");
    assert!(!lines[1..].concat().contains('┄'), "{lines:?}");
}

#[test]
fn scaled_to_the_data_the_limit_is_at_the_edge() {
    let mut chart = cpu();
    chart.range = YRange::Auto;
    chart.thresholds = &[(80.0, Role::Warning)];
    let points: Vec<(i64, f64)> = (0..26).map(|i| (i * 50, 4.0 + (i % 3) as f64)).collect();
    let (lines, _) = draw(&chart, &points[..14], 5);
    assert_eq!(row_with(&lines, "↑80%"), Some(&lines[1]), "{lines:?}");
    assert!(!lines.concat().contains('┄'), "{lines:?}");
}

#[test]
fn a_flat_series_is_dim_and_colour_is_where_it_moved() {
    let theme = Theme::default();
    let (_, buf) = draw(&cpu(), &flat(40.0, 0..26), 4);
    assert_eq!(Some(buf[(10, 2)].fg), theme.style(Role::Dim).fg);
    let mut points = flat(5.0, 0..24);
    points.push((24 * 50, 70.0));
    let (lines, buf) = draw(&cpu(), &points, 4);
    assert_eq!(Some(buf[(8, 3)].fg), theme.style(Role::Dim).fg, "{lines:?}");
    assert_eq!(Some(buf[(19, 2)].fg), theme.style(Role::ChartLine).fg, "{lines:?}");
}

#[test]
fn almost_constant_values_are_one_row_of_dots() {
    // 4 and 6 are on both sides of the border between two rows of dots: 3 rows have 12 of 9.1 % each.
    let points: Vec<(i64, f64)> = (0..26).map(|i| (i * 50, if i % 2 == 0 { 4.0 } else { 6.0 })).collect();
    let (lines, _) = draw(&cpu(), &points, 4);
    let drawn: std::collections::BTreeSet<char> = lines[3].chars().skip(7).collect();
    assert_eq!(drawn.len(), 1, "{lines:?}");
}

#[test]
fn labels_are_never_cut() {
    for unit in [Unit::Percent, Unit::Count, Unit::PerSecond, Unit::Bytes, Unit::BytesPerSecond, Unit::Seconds] {
        for power in -14..40 {
            let value = 1.3 * 2_f64.powi(power);
            if unit == Unit::Percent && value > 1e5 {
                continue;
            }
            let mut chart = Chart::new("x", unit, 0..1300, 50);
            chart.range = YRange::From0;
            let (lines, _) = draw(&chart, &flat(value, 0..26), 8);
            assert!(!lines[1..].concat().contains('…'), "{unit:?} {value} {lines:?}");
        }
    }
}

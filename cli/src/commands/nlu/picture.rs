//! A report as a picture: how sure beside how often right, and what each threshold does.

use std::fmt::Write as _;

use flowright_nlu::eval::{Report, Threshold};

/// Side of each of the two squares, in pixels.
const SIDE: f64 = 320.0;
/// Room around them.
const MARGIN: f64 = 56.0;
const INK: &str = "#33404d";
const FAINT: &str = "#dde3e9";
const RIGHT: &str = "#2f7d4f";
const ACCEPTED: &str = "#2b6cb0";
const OUTSIDE: &str = "#c0392b";

/// Draws a report as SVG.
pub(super) fn draw(report: &Report) -> String {
    let (width, height) = (2.0 * SIDE + 4.0 * MARGIN, SIDE + 2.4 * MARGIN);
    let mut body = String::new();
    square(&mut body, MARGIN, "How sure, and how often right", "confidence", "share right");
    bins(&mut body, report);
    let second = SIDE + 3.0 * MARGIN;
    square(&mut body, second, "What a threshold does", "accept above", "share");
    curves(&mut body, second, report);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" font-family=\"system-ui, sans-serif\" \
         font-size=\"12\" fill=\"{INK}\">\n<title>accuracy {:.1} %, calibration error {:.1} points\
         </title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{body}</svg>\n",
        report.accuracy * 100.0,
        report.calibration_error * 100.0
    )
}

/// Where a pair of shares lies in the square that begins at `left`.
fn place(left: f64, across: f64, up: f64) -> (f64, f64) {
    (left + across * SIDE, MARGIN + (1.0 - up) * SIDE)
}

/// The empty square with its scales. Writing to a string cannot fail.
fn square(out: &mut String, left: f64, title: &str, across: &str, up: &str) {
    let top = MARGIN;
    let _ = writeln!(
        out,
        "<text x=\"{left:.0}\" y=\"{:.0}\" font-size=\"15\" font-weight=\"600\">{title}</text>",
        top - 20.0
    );
    for step in 0..=5 {
        let share = f64::from(step) / 5.0;
        let (x, y) = place(left, share, share);
        let (bottom, right) = (top + SIDE, left + SIDE);
        let _ = writeln!(
            out,
            "<path d=\"M{x:.1} {top}V{bottom}M{left} {y:.1}H{right}\" stroke=\"{FAINT}\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{:.0}</text>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{:.0}</text>",
            bottom + 18.0,
            share * 100.0,
            left - 8.0,
            y + 4.0,
            share * 100.0
        );
    }
    let (middle, bottom) = (left + SIDE / 2.0, top + SIDE);
    let _ = writeln!(
        out,
        "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{across}, %</text>\
         <text transform=\"translate({:.1},{:.1}) rotate(-90)\" text-anchor=\"middle\">{up}, %</text>",
        bottom + 38.0,
        left - 38.0,
        top + SIDE / 2.0
    );
}

/// A circle for each step of confidence, as large as the utterances are many; right on the line is
/// honest.
fn bins(out: &mut String, report: &Report) {
    let ((x1, y1), (x2, y2)) = (place(MARGIN, 0.0, 0.0), place(MARGIN, 1.0, 1.0));
    let _ = writeln!(
        out,
        "<path d=\"M{x1} {y1}L{x2} {y2}\" stroke=\"{INK}\" stroke-dasharray=\"4 4\"/>"
    );
    let most = report.calibration.iter().map(|bin| bin.count).max().unwrap_or(1).max(1) as f64;
    for bin in report.calibration.iter().filter(|bin| bin.count > 0) {
        let (x, y) = place(MARGIN, bin.confidence, bin.right);
        let radius = 4.0 + 12.0 * (bin.count as f64 / most).sqrt();
        let _ = writeln!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{RIGHT}\" \
             fill-opacity=\"0.7\"><title>{} utterances: sure {:.1} %, right {:.1} %</title></circle>",
            bin.count,
            bin.confidence * 100.0,
            bin.right * 100.0
        );
    }
}

fn curves(out: &mut String, left: f64, report: &Report) {
    let accepted = |row: &Threshold| Some(row.accepted);
    let right = |row: &Threshold| (row.accepted > 0.0).then_some(row.right);
    let outside = |row: &Threshold| row.outside_accepted;
    let mut legend = MARGIN + SIDE - 14.0;
    let mut curve = |of: &dyn Fn(&Threshold) -> Option<f64>, color: &str, name: &str| {
        let points: Vec<String> = report
            .thresholds
            .iter()
            .filter_map(|row| {
                let (x, y) = place(left, row.accept, of(row)?);
                Some(format!("{x:.1},{y:.1}"))
            })
            .collect();
        if points.is_empty() {
            return;
        }
        let _ = writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2.5\"/>\
             <rect x=\"{:.1}\" y=\"{:.1}\" width=\"14\" height=\"4\" fill=\"{color}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{name}</text>",
            points.join(" "),
            left + 12.0,
            legend - 6.0,
            left + 32.0,
            legend
        );
        legend -= 18.0;
    };
    curve(&outside, OUTSIDE, "without an intent, accepted");
    curve(&right, RIGHT, "right, of those accepted");
    curve(&accepted, ACCEPTED, "accepted");
}

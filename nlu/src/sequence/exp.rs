//! The exponential function from additions, multiplications and whole powers of two alone.
//!
//! That of the standard library is the platform's: its last bit differs from one to the next, and
//! with it the model that training gives. This one gives the same bits everywhere.

const LOG2_E: f32 = std::f32::consts::LOG2_E;
/// The natural logarithm of two in two parts; the first has few bits, so that multiples are exact.
const LN2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
/// Beyond this the result is no normal number any more.
const LARGEST: f32 = 87.0;

/// `e` to the power of `x`, right to about six digits; what is beyond ±87 counts as that.
pub(super) fn exp(x: f32) -> f32 {
    let x = x.clamp(-LARGEST, LARGEST);
    let power = (x * LOG2_E + 0.5).floor();
    let r = x - power * LN2.0 - power * LN2.1;
    let poly = 1.987_569_1e-4;
    let poly = poly * r + 1.398_199_9e-3;
    let poly = poly * r + 8.333_452e-3;
    let poly = poly * r + 4.166_579_6e-2;
    let poly = poly * r + 1.666_666_5e-1;
    let poly = poly * r + 0.5;
    let near_one = poly * r * r + r + 1.0;
    near_one * f32::from_bits(((power as i32 + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_exponential_function() {
        for step in -870..=870 {
            let x = step as f32 / 10.0;
            let (here, there) = (f64::from(exp(x)), f64::from(x).exp());
            assert!((here / there - 1.0).abs() < 2e-6, "{x}: {here} {there}");
        }
        assert!(exp(f32::INFINITY).is_finite() && exp(f32::NEG_INFINITY) > 0.0);
    }
}

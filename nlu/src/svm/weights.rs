//! What was learned: weights of one byte, and what they make of a row.

use fearless_simd::{Level, Simd, dispatch};

use super::lanes::Lanes;
use super::{BIAS, LEVELS, Levels};

/// Weights of `features` rows by `classes` columns, each column as whole numbers of its own scale,
/// and the weight of the constant feature by class.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Weights {
    scales: Vec<f32>,
    bias: Vec<f32>,
    values: Vec<i8>,
}

impl Weights {
    /// Weights that know nothing.
    pub(crate) fn none(features: usize, classes: usize) -> Self {
        Self {
            scales: vec![0.0; classes],
            bias: vec![0.0; classes],
            values: vec![0; features * classes],
        }
    }

    /// The margin of every class for a row, and for the levels of features from a number on, each so much.
    /// In the widest registers that the processor has: each number is multiplied and added for itself, so
    /// the margins are the same on every machine.
    pub(crate) fn margins(&self, row: &[(u32, f32)], levels: &Levels<'_>) -> Vec<f32> {
        dispatch!(Level::new(), simd => simd.vectorize(
            #[inline(always)]
            || self.margins_of(row, levels)
        ))
    }

    #[inline(always)]
    fn margins_of(&self, row: &[(u32, f32)], levels: &Levels<'_>) -> Vec<f32> {
        let mut margins: Vec<f32> =
            self.of_levels(levels).into_iter().map(|sum| sum as f32 * levels.unit).collect();
        for (feature, value) in row {
            let sum = |(margin, weight): (&mut f32, &i8)| *margin += value * f32::from(*weight);
            margins.iter_mut().zip(self.of(*feature as usize)).for_each(sum);
        }
        for ((margin, scale), bias) in margins.iter_mut().zip(&self.scales).zip(&self.bias) {
            *margin = *margin * scale + BIAS * bias;
        }
        margins
    }

    /// By class: the sum of levels times weights. Two products have 16 bits, of which a processor does
    /// twice as many at a time as of larger numbers: these features are many, and each text has all.
    #[inline(always)]
    fn of_levels(&self, levels: &Levels<'_>) -> Vec<i32> {
        let mut sums = vec![0_i32; self.scales.len()];
        let mut pairs = vec![0_i16; self.scales.len()];
        for (pair, feature) in levels.levels.chunks(2).zip((levels.first..).step_by(2)) {
            let level = |number: usize| i16::from(pair.get(number).copied().unwrap_or(0));
            let (one, other) = (level(0), level(1));
            // Behind the last feature there is none.
            let behind = if pair.len() == 2 { feature + 1 } else { feature };
            let weights = self.of(feature).iter().zip(self.of(behind));
            for (pair, (a, b)) in pairs.iter_mut().zip(weights) {
                *pair = i16::from(*a) * one + i16::from(*b) * other;
            }
            sums.iter_mut().zip(&pairs).for_each(|(sum, pair)| *sum += i32::from(*pair));
        }
        sums
    }

    /// The weights of a feature, by class.
    #[inline(always)]
    fn of(&self, feature: usize) -> &[i8] {
        let classes = self.scales.len();
        self.values.get(feature * classes..(feature + 1) * classes).unwrap_or(&[])
    }

    /// What a feature adds to the margin of a class for each unit of its value.
    pub(crate) fn weight(&self, feature: u32, class: u32) -> f32 {
        let at = feature as usize * self.scales.len() + class as usize;
        let scale = self.scales.get(class as usize).copied().unwrap_or(0.0);
        self.values.get(at).map_or(0.0, |weight| f32::from(*weight) * scale)
    }

    /// What a class has without any feature.
    pub(crate) fn bias(&self, class: u32) -> f32 {
        self.bias.get(class as usize).map_or(0.0, |bias| BIAS * bias)
    }

    /// Whether there are numbers for so many features and classes, all of them finite.
    pub(crate) fn fits(&self, features: usize, classes: usize) -> bool {
        self.scales.len() == classes
            && self.bias.len() == classes
            && features.checked_mul(classes) == Some(self.values.len())
            && self.scales.iter().chain(&self.bias).all(|number| number.is_finite())
    }

    /// Takes the columns of a block of classes, from the class `first` on, as far as there are classes.
    pub(super) fn take(&mut self, first: usize, block: &Weights) {
        let (classes, taken) = (self.scales.len(), block.scales.len());
        for (to, from) in [(&mut self.scales, &block.scales), (&mut self.bias, &block.bias)] {
            to.iter_mut().skip(first).zip(from).for_each(|(to, from)| *to = *from);
        }
        let rows = self.values.chunks_exact_mut(classes).zip(block.values.chunks_exact(taken));
        for (to, from) in rows {
            to.iter_mut().skip(first).zip(from).for_each(|(to, from)| *to = *from);
        }
    }

    /// Of weights in full, by feature; the last row is the bias.
    pub(super) fn of_full(rows: &[Lanes]) -> Self {
        let Some((bias, table)) = rows.split_last() else { return Self::none(0, 0) };
        let mut largest = Lanes::default().0;
        for row in table {
            let see = |(most, weight): (&mut f32, &f32)| *most = most.max(weight.abs());
            largest.iter_mut().zip(&row.0).for_each(see);
        }
        let to_level = largest.map(|most| if most > 0.0 { LEVELS / most } else { 0.0 });
        let levels = |row: &Lanes| {
            let mut levels = row.0;
            levels.iter_mut().zip(&to_level).for_each(|(weight, level)| *weight *= level);
            levels.map(|level| level.round() as i8)
        };
        let values = table.iter().flat_map(levels).collect();
        Self { scales: largest.map(|most| most / LEVELS).to_vec(), bias: bias.0.to_vec(), values }
    }
}

"""Healthy heads, and heads with one fault each beside the check that must reject them."""

import dataclasses

from meta.broken_heads import batches, gradients, interface, module, noise, sampling, values
from meta.broken_heads.healthy import Noisy, Quiet, Wrapped

from backends.adapters.statevector import Statevector
from backends.head import QuantumHead


@dataclasses.dataclass(frozen=True)
class Rejection:
    """How the suite must reject a head.

    Attributes:
        check: The one check that fails.
        words: What its message says, beside its numbers.
    """

    check: str
    words: str = ""


HEALTHY: tuple[type[QuantumHead], ...] = (Statevector, Wrapped, Noisy, Quiet)
BROKEN: dict[type[QuantumHead], Rejection] = {
    interface.LenientOptions: Rejection("options_round_trip", "no_such_option"),
    interface.AnyWidth: Rejection("capabilities_are_true", "it takes at most 8"),
    interface.Float32Output: Rejection("output_is_probabilities", "torch.float32"),
    interface.TakesAnything: Rejection("wrong_angles_are_refused", "nothing was raised"),
    interface.ExtraParameters: Rejection("weights_are_parameters"),
    interface.ProvenanceOfObjects: Rejection("provenance_is_json"),
    interface.WritesInputs: Rejection("inputs_stay_as_they_are", "angles that were changed"),
    interface.MiscountedTally: Rejection("tally_counts_what_was_run"),
    module.HidesApply: Rejection("names_of_the_module_are_kept", "that its class defines: _apply"),
    module.HidesTrain: Rejection("names_of_the_module_are_kept", "that are set on the head: train"),
    module.ExpectsFloat32Weights: Rejection("moved_heads_answer_alike", "after to(torch.float64) it fails"),
    module.HoldsALambda: Rejection("copies_answer_alike", "it cannot be copied"),
    module.MadeAnewByPickle: Rejection("copies_answer_alike", "its copy by deepcopy"),
    module.KeysOfTheSeed: Rejection("state_dict_restores_the_weights", "noise_7"),
    batches.RowsShifted: Rejection("batch_equals_its_rows", "belongs to the row before it"),
    batches.RowsReversed: Rejection("batch_equals_its_rows", "your rows are in reverse order"),
    batches.OutputsTransposed: Rejection("batch_equals_its_rows", "a batch of 3 rows against each row alone"),
    batches.StaleBatch: Rejection("batch_equals_its_rows", "a batch of 9 rows"),
    batches.LongJobsCutOff: Rejection("batch_equals_its_rows", "a batch of 24 rows"),
    batches.WrongBeyond256Rows: Rejection("batch_equals_its_rows", "a batch of 300 rows"),
    batches.WrongBeyond4096Rows: Rejection("batch_equals_its_rows", "a batch of 8000 rows"),
    values.SinglePrecision: Rejection("exact_values_have_double_precision", "agrees to single precision: float32?"),
    values.Rounded: Rejection("exact_values_have_double_precision", "agrees to 1e-3: rounded?"),
    values.OutcomeFlipped: Rejection("ground_state_reads_zero", "your values are 1 - p: do you return outcome 1?"),
    values.Half: Rejection("ground_state_reads_zero", "is 0.5, expected 1"),
    values.QubitsReversed: Rejection("qubit_order"),
    values.AnglesPermuted: Rejection("angle_order"),
    values.SignFlipped: Rejection("rotation_sign"),
    values.OffsetsDropped: Rejection("scale_and_offset"),
    values.ControlsDropped: Rejection("every_gate", "cp"),
    values.FourthAngleLost: Rejection("paper_circuits", "eq7_swapped"),
    values.WrongFromFourQubits: Rejection("wide_circuits", "4 qubits"),
    values.WrongFromEightQubits: Rejection("wide_circuits", "8 qubits"),
    values.RefusesWideCircuits: Rejection("wide_circuits", "every width from 4 on was refused"),
    values.JointOutcomesReversed: Rejection("joint_outcomes_are_numbered_alike", "joint outcomes of three correlated"),
    values.JointOutcomesWithoutShots: Rejection("joint_outcomes_are_numbered_alike", "from a whole number"),
    values.AnglesClamped: Rejection("two_pi_changes_nothing"),
    sampling.GaussianShots: Rejection("sampled_values_are_counts", "from a whole number"),
    sampling.FrozenSeed: Rejection("calls_differ"),
    sampling.SharedNoise: Rejection("rows_differ"),
    sampling.Irreproducible: Rejection("seed_repeats"),
    sampling.HalfTheShots: Rejection("shot_noise_has_the_right_size", "200 values of 1000 shots each"),
    sampling.NoNoiseAbove5000Shots: Rejection(
        "shot_noise_has_the_right_size", "of 20000 shots each: is there no shot noise?"
    ),
    sampling.GaussianAbove5000Shots: Rejection("shot_noise_has_the_right_size", "p * 20000 from a whole number"),
    sampling.AtMost8192Shots: Rejection("shot_noise_has_the_right_size", "variance"),
    sampling.SeparateShots: Rejection("outputs_share_shots"),
    sampling.ThirdOutputSeparate: Rejection("joint_outcomes_follow_the_oracle"),
    gradients.DoubledGradient: Rejection("gradient_matches_finite_differences"),
    gradients.DoubledSampledGradient: Rejection("sampled_gradient_is_unbiased"),
    gradients.IdealGradient: Rejection("noisy_gradient_is_its_own_derivative"),
    noise.NoiseOff: Rejection("noise_is_on"),
    noise.ReadoutDropped: Rejection("every_noise_source_matters", "readout_error"),
    noise.ReadoutDroppedFromShots: Rejection("shots_follow_the_exact_noise"),
    noise.QuietReadoutDropped: Rejection("every_noise_source_matters", "readout_error"),
    noise.QuietWithoutNoisyOptions: Rejection("noise_is_on", "its options leave all noise off: set some"),
    noise.NoiseStaysOn: Rejection("ground_state_reads_zero"),
    noise.NoiseWithoutSwitch: Rejection("values_were_checked"),
}

namespace Mice.Information

open Mice
open Mice.Tensors

/// What a bound promises about the mutual information, in expectation over samples that the critic was not trained on.
[<RequireQualifiedAccess>]
type Promise =
    /// The expected value does not exceed the mutual information.
    | Lower
    /// The expected value is not below the mutual information.
    | Upper
    /// No promise.
    | None

/// Promises as directions of estimates.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Promise =
    /// <summary>The direction of an estimate by a bound with this promise.</summary>
    /// <param name="promise">The promise.</param>
    let direction (promise: Promise) : Direction =
        match promise with
        | Promise.Lower -> Direction.LowerBound
        | Promise.Upper -> Direction.UpperBound
        | Promise.None -> Direction.NoBound

/// <summary>A way to report a mutual information from scores. What critics are trained on is a <c>Surrogate</c>: another type,
/// which cannot be reported.</summary>
type Bound =
    {
        /// Name, as in messages and options.
        Name: string
        /// The formula. ⟨·⟩_P is the mean over joint pairs, ⟨·⟩_Q over product pairs, ⟨·⟩_i over the partners of xᵢ.
        Formula: string
        /// What the bound promises.
        Promise: Promise
        /// Conditions of the promise, and how far the value departs from it with finite samples.
        Remark: string
        /// Publication that introduced the bound.
        Source: string
        /// Computation of the bound from scores.
        Functional: Functional
    }

/// The bounds. T* = ln p(x,y)/(p(x)p(y)), χ² = E_Q[e^{2T*}] − 1; all values in nats.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Bound =
    let private poole = "B. Poole et al., ICML 2019, arXiv:1905.06922"

    let private bound name formula promise remark source functional =
        {
            Name = name
            Formula = formula
            Promise = promise
            Remark = remark
            Source = source
            Functional = functional
        }

    /// <summary>BA: ⟨ln q(y|x)⟩_P + H(Y); the joint scores are ln q(yᵢ|xᵢ).</summary>
    /// <param name="entropy">H(Y), known exactly, of the same kind (differential or discrete) as q.</param>
    let barberAgakov (entropy: float<nat>) : Bound =
        JointOnly(fun rows -> rows.Joint + float entropy)
        |> bound
            "BA"
            "⟨ln q(y|x)⟩_P + H(Y)"
            Promise.Lower
            "Needs H(Y) exactly; equality where q = p(y|x)."
            "D. Barber, F. Agakov, NIPS 2003"

    /// UBA: ⟨f − ln⟨e^f⟩_i⟩_P, the bound with the partition function Z(x) of each row.
    let uba: Bound =
        bound
            "UBA"
            "⟨f − ln⟨e^f⟩_i⟩_P"
            Promise.Lower
            "In the population; m partners per row bias it up by about ⟨var e^f/Z²⟩/(2m). Equality at f = T* + c(x)."
            poole
            Formula.uba

    /// TUBA: 1 + ⟨f − ln a⟩_P − ⟨e^f/a⟩_Q; the second critic gives ln a(x).
    let tuba: Bound =
        bound
            "TUBA"
            "1 + ⟨f − ln a(x)⟩_P − ⟨e^f/a(x)⟩_Q"
            Promise.Lower
            "Unbiased for fixed critics; variance about χ²/m. Equality at f = T* + ln a(x)."
            poole
            Formula.tuba

    /// NWJ, also known as MINE-f: ⟨f⟩_P − ⟨e^{f−1}⟩_Q.
    let nwj: Bound =
        bound
            "NWJ"
            "⟨f⟩_P − ⟨e^{f−1}⟩_Q"
            Promise.Lower
            "Unbiased for a fixed critic; variance about χ²/m. Equality at f = 1 + T*."
            "X. Nguyen, M. Wainwright, M. Jordan, IEEE Trans. Inf. Theory 56, 5847 (2010), doi:10.1109/TIT.2010.2068870"
            Formula.nwj

    let private donskerVaradhanNamed name source =
        bound
            name
            "⟨f⟩_P − ln⟨e^f⟩_Q"
            Promise.Lower
            "In the population; m product pairs bias it up by about χ²/(2m). Equality at f = T* + c."
            source
            Formula.donskerVaradhan

    /// DV: ⟨f⟩_P − ln⟨e^f⟩_Q.
    let donskerVaradhan: Bound =
        donskerVaradhanNamed "DV" "M. Donsker, S. Varadhan, Commun. Pure Appl. Math. 36, 183 (1983)"

    /// MINE reports the value of DV; it differs in how the critic is trained.
    let mine: Bound =
        donskerVaradhanNamed "MINE" "M. I. Belghazi et al., ICML 2018, arXiv:1801.04062"

    /// ReMINE reports the value of DV; it differs in how the critic is trained.
    let reMine: Bound =
        donskerVaradhanNamed "ReMINE" "K. Choi, S. Lee, UAI 2022, PMLR 180, 411, arXiv:2011.07932"

    /// InfoNCE: ln K + ⟨f − ln(e^f + Σ_partners e^f)⟩_P with K − 1 partners.
    let infoNce: Bound =
        bound
            "InfoNCE"
            "ln K + ⟨f_ii − ln Σ_j e^{f_ij}⟩"
            Promise.Lower
            "At most ln K; low variance. Best at f = T* + c(x)."
            "A. van den Oord, Y. Li, O. Vinyals, arXiv:1807.03748"
            Formula.infoNce

    /// <summary>I_α: 1 + ⟨f − ln(αm + (1−α)a)⟩_P − ⟨e^f/(αm + (1−α)a)⟩_Q, m the mean of e^f over K − 1 samples of a row; the second
    /// critic gives ln a(x).</summary>
    /// <param name="alpha">From 0 (TUBA) to 1 (InfoNCE with K − 1 samples).</param>
    let interpolated (alpha: float) : Bound =
        bound
            $"I_α({alpha})"
            "1 + ⟨f − ln(αm + (1−α)a(x))⟩_P − ⟨e^f/(αm + (1−α)a(x))⟩_Q"
            Promise.Lower
            "At most ln((K − 1)/α)."
            poole
            (Formula.interpolated alpha)

    /// JS: ln 2 + ½⟨−sp(−f)⟩_P − ½⟨sp(f)⟩_Q ≤ JSD(P‖Q) ≤ ½ ln 2 · I, sp(f) = ln(1 + e^f).
    let jensenShannon: Bound =
        let functional =
            Pooled(
                (fun f -> -(Nn.softplus -f)),
                Mean Nn.softplus,
                (fun joint average -> (joint - average) / 2.0 + log 2.0)
            )

        bound
            "JS"
            "ln 2 + ½⟨−ln(1 + e^{−f})⟩_P − ½⟨ln(1 + e^f)⟩_Q"
            Promise.Lower
            "Estimates the Jensen–Shannon divergence of P and Q, which is at most ½ ln 2 times the mutual information: far below it. \
             Best at f = T*."
            "S. Nowozin, B. Cseke, R. Tomioka, NIPS 2016, arXiv:1606.00709; R. D. Hjelm et al., ICLR 2019, arXiv:1808.06670"
            functional

    /// NWJ-JS: 1 + ⟨f⟩_P − ⟨e^f⟩_Q, the value of NWJ for f + 1 where f was trained on JS.
    let nwjJs: Bound =
        bound
            "NWJ-JS"
            "1 + ⟨f⟩_P − ⟨e^f⟩_Q"
            Promise.Lower
            "Unbiased for a fixed critic; variance about χ²/m. Equality at f = T*."
            poole
            (Pooled(id, LogMeanExp id, (fun joint average -> joint + 1.0 - Tensor.exp average)))

    /// <summary>SMILE: ⟨f⟩_P − ln⟨clip(e^f, e^{−τ}, e^τ)⟩_Q.</summary>
    /// <param name="tau">Above 0; 5 is usual.</param>
    let smile (tau: float) : Bound =
        bound
            $"SMILE({tau})"
            "⟨f⟩_P − ln⟨clip(e^f, e^{−τ}, e^τ)⟩_Q"
            Promise.None
            "DV where |f| ≤ τ; clipping from above raises it."
            "J. Song, S. Ermon, ICLR 2020, arXiv:1910.06222"
            (Formula.clipped tau)

    /// FLO: 1 − ⟨u + e^{−u}⟨e^{f − f_ii}⟩_i⟩_P; the second critic gives u(x, y).
    let flo: Bound =
        bound
            "FLO"
            "1 − ⟨u + e^{−u} ⟨e^{f_ij − f_ii}⟩_i⟩_P"
            Promise.Lower
            "Unbiased for fixed critics. Equality at f = T* + c(x), u = −T*."
            "Q. Guo et al., NeurIPS 2022, arXiv:2107.01131"
            Formula.flo

    /// DoE: ⟨ln q(y|x)⟩_P − ⟨ln r(y)⟩_P; the joint scores are ln q(yᵢ|xᵢ), the second critic gives ln r(yᵢ).
    let differenceOfEntropies: Bound =
        bound
            "DoE"
            "⟨ln q(y|x)⟩_P − ⟨ln r(y)⟩_P"
            Promise.None
            "The difference of two entropies, each bounded from above. Equality at q = p(y|x), r = p(y)."
            "D. McAllester, K. Stratos, AISTATS 2020, arXiv:1811.04251"
            (JointOnly(fun rows -> rows.Joint - Functional.auxiliary "DoE" rows))

    /// CLUB: ⟨ln q(y|x)⟩_P − ⟨ln q(y|x)⟩_Q; the scores are ln q(yⱼ|xᵢ).
    let club: Bound =
        bound
            "CLUB"
            "⟨ln q(y|x)⟩_P − ⟨ln q(y|x)⟩_Q"
            Promise.Upper
            "Where q = p(y|x), it is the mutual plus the lautum information; for another q it may fall below the mutual information."
            "P. Cheng et al., ICML 2020, arXiv:2006.12013"
            (Pooled(id, Mean id, (-)))

    /// L1Out: ⟨ln q(yᵢ|xᵢ) − ln⟨q(yᵢ|xⱼ)⟩_{j≠i}⟩; the scores are ln q(yⱼ|xᵢ), and pairs hold partners xⱼ of yᵢ in row i.
    let leaveOneOut: Bound =
        bound
            "L1Out"
            "⟨ln q(y_i|x_i) − ln⟨q(y_i|x_j)⟩_{j≠i}⟩"
            Promise.Upper
            "Where q = p(y|x)."
            poole
            (Columnwise(fun rows -> rows.Joint - ScoreRows.logMeanExp rows))

    /// <summary>The value of a bound on the scores of a batch.</summary>
    /// <param name="bound">The bound.</param>
    /// <param name="scores">Scores, with a second critic's values where the bound has one.</param>
    /// <returns>Nats, shape []; differentiable.</returns>
    /// <exception cref="T:Mice.Tensors.TensorException">The second critic's values are missing.</exception>
    let value (bound: Bound) (scores: Scores) : Tensor =
        Functional.value bound.Functional scores

namespace Mice.Information

open System
open Mice.Tensors

/// <summary>What a critic is trained to maximise. Its value is no estimate of a mutual information: report a <c>Bound</c>.</summary>
type Surrogate =
    internal
        {
            Label: string
            Rule: string
            Origin: string
            /// The objective, given ln of the running mean of e^f over product pairs.
            Objective: float -> Functional
            /// The running mean's next logarithm from the last one (NaN at first) and the batch's ln⟨e^f⟩_Q.
            Remember: (float -> float -> float) option
            /// The functional by which validation ranks critics.
            Selection: Functional
        }

    /// Name, as in messages.
    member surrogate.Name = surrogate.Label

    /// The formula, in the notation of bounds.
    member surrogate.Formula = surrogate.Rule

    /// Where it was published.
    member surrogate.Source = surrogate.Origin

/// The surrogates. All are maximised.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Surrogate =
    let private plain name formula source functional =
        {
            Label = name
            Rule = formula
            Origin = source
            Objective = fun _ -> functional
            Remember = None
            Selection = functional
        }

    let private ofBound (bound: Bound) =
        plain bound.Name bound.Formula bound.Source bound.Functional

    /// The bound UBA as a surrogate.
    let uba: Surrogate = ofBound Bound.uba

    /// The bound TUBA as a surrogate, for the critic and ln a(x) together.
    let tuba: Surrogate = ofBound Bound.tuba

    /// The bound NWJ as a surrogate.
    let nwj: Surrogate = ofBound Bound.nwj

    /// The bound DV as a surrogate; its gradient on a batch has a bias of about 1/batch.
    let donskerVaradhan: Surrogate = ofBound Bound.donskerVaradhan

    /// The bound InfoNCE as a surrogate.
    let infoNce: Surrogate = ofBound Bound.infoNce

    /// <summary>The bound I_α as a surrogate, for the critic and ln a(x) together.</summary>
    /// <param name="alpha">From 0 to 1.</param>
    let interpolated (alpha: float) : Surrogate = ofBound (Bound.interpolated alpha)

    /// The bound FLO as a surrogate, for both critics together.
    let flo: Surrogate = ofBound Bound.flo

    /// JS: ⟨−sp(−f)⟩_P − ⟨sp(f)⟩_Q, minus the log-loss of a classifier of joint against product pairs. Also trains NWJ-JS and SMILE.
    let jensenShannon: Surrogate =
        plain "JS" "⟨−ln(1 + e^{−f})⟩_P − ⟨ln(1 + e^f)⟩_Q" Bound.jensenShannon.Source Formula.jensenShannon

    /// Mean log-likelihood ⟨ln q(y|x)⟩_P, plus ⟨ln r(y)⟩_P where there is an r. Trains BA, DoE, CLUB and L1Out.
    let likelihood: Surrogate =
        plain "likelihood" "⟨ln q(y|x)⟩_P + ⟨ln r(y)⟩_P" "D. Barber, F. Agakov, NIPS 2003" Formula.likelihood

    let private logAdd a b =
        let high = max a b

        if Double.IsNegativeInfinity high then
            high
        else
            high + log (exp (a - high) + exp (b - high))

    /// <summary>MINE: a surrogate with the gradient ⟨∇f⟩_P − ⟨e^f ∇f⟩_Q / M, M an exponential moving average of ⟨e^f⟩_Q that includes the
    /// present batch; the gradient of DV is recovered where M = E_Q e^f.</summary>
    /// <param name="rate">Weight of the newest batch, in (0, 1]; 0.01 to 0.1 is usual, 1 gives DV's own gradient.</param>
    let mine (rate: float) : Surrogate =
        {
            Label = "MINE"
            Rule = "⟨f⟩_P − ⟨e^f⟩_Q/M"
            Origin = Bound.mine.Source
            Objective =
                fun memory -> Pooled(id, LogMeanExp id, (fun joint average -> joint - Tensor.exp (average - memory)))
            Remember =
                Some(fun memory average ->
                    if Double.IsNaN memory then
                        average
                    else
                        logAdd (log (1.0 - rate) + memory) (log rate + average))
            Selection = Formula.donskerVaradhan
        }

    /// <summary>ReMINE: DV − λ(ln⟨e^f⟩_Q − C)², which has the optimum f = T* + C alone and keeps f from drifting.</summary>
    /// <param name="strength">λ, above 0; 0.1 is usual.</param>
    /// <param name="target">C; 0 is usual.</param>
    let reMine (strength: float) (target: float) : Surrogate =
        { plain
              "ReMINE"
              "⟨f⟩_P − ln⟨e^f⟩_Q − λ(ln⟨e^f⟩_Q − C)²"
              Bound.reMine.Source
              (Pooled(
                  id,
                  LogMeanExp id,
                  fun joint average -> joint - average - Tensor.square (average - target) * strength
              )) with
            Selection = Formula.donskerVaradhan
        }

    /// <summary>The objective on the scores of a batch, with the memory that some surrogates carry from step to step.</summary>
    /// <param name="surrogate">The surrogate.</param>
    /// <param name="memory">What the last call returned; NaN at first.</param>
    /// <param name="scores">Scores, with a second critic's values where the surrogate has one.</param>
    /// <returns>The objective, shape [], differentiable, and the next memory.</returns>
    /// <exception cref="T:Mice.Tensors.TensorException">The second critic's values are missing.</exception>
    let objective (surrogate: Surrogate) (memory: float) (scores: Scores) : struct (Tensor * float) =
        match surrogate.Remember, surrogate.Objective memory with
        | Some remember, Pooled(joint, product, _) ->
            let average = Functional.productAverage product (Scores.rows scores)
            let next = remember memory (Tensor.item average)

            match surrogate.Objective next with
            | Pooled(_, _, combine) -> struct (combine (Tensor.mean (joint scores.Joint)) average, next)
            | other -> struct (Functional.value other scores, next)
        | _, functional -> struct (Functional.value functional scores, memory)

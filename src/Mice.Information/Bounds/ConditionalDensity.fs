namespace Mice.Information

open System
open Mice
open Mice.Tensors

/// <summary>Models of densities for BA, DoE, CLUB and L1Out, as critics whose score is ln q(y|x).</summary>
[<RequireQualifiedAccess>]
module ConditionalDensity =
    // Log-widths are kept within ±8 smoothly, so that a component cannot collapse onto one sample.
    let private widthLimit = 8.0

    let private limited (x: Tensor) = Nn.tanh (x / widthLimit) * widthLimit

    /// ln w, means and log-widths of `components` Gaussians from a network's output [n; components·(2d + 1)].
    let private parts components d (output: Tensor) =
        let n = output.Shape[0]

        let pieces = Tensor.split 1 [ components; components * d; components * d ] output

        let shaped x = Tensor.reshape [ n; components; d ] x
        struct (Nn.logSoftmax 1 pieces[0], shaped pieces[1], limited (shaped pieces[2]))

    /// ln Σ_m w_m N(y; μ_m, σ_m) with the components on axis −2 and coordinates on the last.
    let private mixture (logWeights: Tensor) (means: Tensor) (logWidths: Tensor) (y: Tensor) =
        let scaled = (Tensor.unsqueeze -2 y - means) * Tensor.exp -logWidths

        let logNormal =
            Tensor.sumOver [ -1 ] (Tensor.square scaled * -0.5 - logWidths - 0.5 * log (2.0 * Math.PI))

        Tensor.logsumexp [ -1 ] (logWeights + logNormal)

    /// <summary>Mixture density network: q(y|x) = Σ_m w_m(x) N(y; μ_m(x), diag σ_m(x)²), with its score ln q(y|x) and, as second
    /// critic, ln r(y) of a mixture of the same form that does not depend on x.</summary>
    /// <remarks>Source: C. M. Bishop, Mixture Density Networks, Aston University NCRG/94/004 (1994).</remarks>
    /// <param name="components">Gaussians in each mixture, 1 or more.</param>
    /// <param name="sizeY">Numbers in one y.</param>
    /// <param name="network">From x to [n; components·(2·sizeY + 1)], as <c>outputs</c> says.</param>
    let gaussianMixture (components: int) (sizeY: int) (network: Layer) : Critic =
        let outputs = components * (2 * sizeY + 1)

        let initMarginal key =
            Params.Leaf(Tensor.randn key Kind.float32 [ 1; outputs ] * 0.5)

        {
            Name = "conditional density"
            Init =
                fun key ->
                    Params.node
                        [
                            "network", network.Init(Key.named "network" key)
                            "marginal", initMarginal (Key.named "marginal" key)
                        ]
            EncodeX = fun mode p x -> [| Critic.apply "network" network mode p x |]
            EncodeY = fun _ _ y -> [| Tensor.flatten 1 y |]
            PairSize = components * sizeY
            ScoreAll =
                fun _ u v ->
                    let struct (logWeights, means, logWidths) = parts components sizeY u[0]

                    mixture
                        (Tensor.unsqueeze 1 logWeights)
                        (Tensor.unsqueeze 1 means)
                        (Tensor.unsqueeze 1 logWidths)
                        (Tensor.unsqueeze 0 v[0])
            ScorePairs =
                fun _ u v ->
                    let struct (logWeights, means, logWidths) = parts components sizeY u[0]
                    mixture logWeights means logWidths v[0]
            Auxiliary =
                Some(fun _ p _ y ->
                    let struct (logWeights, means, logWidths) =
                        parts components sizeY (Params.tensor "marginal" p)

                    mixture logWeights means logWidths (Tensor.flatten 1 y))
        }

    /// <summary>Numbers that the network of a mixture gives for each x.</summary>
    /// <param name="components">Gaussians.</param>
    /// <param name="sizeY">Numbers in one y.</param>
    let outputs (components: int) (sizeY: int) : int = components * (2 * sizeY + 1)

namespace Mice.Autoregressive

open Mice.Tensors

/// Telling atoms from noise.
[<RequireQualifiedAccess>]
module internal NoiseContrast =
    /// <summary>The logistic loss in nats per atom, (Σ_atoms softplus(−f) + Σ_noise softplus(f))/atoms, smallest where f is ln(λ/ν), ν the
    /// intensity of the noise.</summary>
    /// <param name="atoms">How many of the rows are atoms: the first ones, 1 or more.</param>
    /// <param name="logOdds">f, [rows].</param>
    /// <returns>Shape [].</returns>
    let loss (atoms: int) (logOdds: Tensor) : Tensor =
        let total = -(Tensor.slice 0 0 atoms 1 logOdds) |> Nn.softplus |> Tensor.sum

        let noise =
            Tensor.slice 0 atoms logOdds.Count 1 logOdds |> Nn.softplus |> Tensor.sum

        (total + noise) / float atoms

namespace Mice.Samplers

open Mice

/// States of a small Potts model that share the number of satisfied bonds and of favoured sites.
[<Struct>]
type PottsLevel =
    {
        /// m = Σ_bonds δ(sᵢ, sⱼ): −E/J without a field.
        SatisfiedBonds: int
        /// Σ_sites δ(sᵢ, 0).
        Favoured: int
        /// How many states.
        States: int64
    }

/// Averages of Potts models from levels.
[<RequireQualifiedAccess>]
module internal PottsAverages =
    /// <summary>Averages from the levels of a density of states.</summary>
    /// <param name="model">The model.</param>
    /// <param name="levels">ln g, satisfied bonds and mean favoured sites of each level.</param>
    let ofLevels (model: PottsModel) (levels: struct (float * int * float)[]) : ThermalAverages =
        let sites, q, beta =
            float (PottsModel.sites model), float model.States, 1.0 / model.Temperature

        let energy (struct (_, satisfied, favoured)) =
            -model.Coupling * float satisfied - model.Field * favoured

        let logWeight (struct (logStates, _, _) as level) = logStates - beta * energy level

        let struct (probabilities, logZ) =
            levels |> Array.map logWeight |> ThermalAverages.weigh

        let mean quantity =
            Array.fold2 (fun sum p level -> sum + p * quantity level) 0.0 probabilities levels

        let u = mean energy
        let favoured = mean (fun (struct (_, _, favoured)) -> favoured) / sites

        ThermalAverages.ofLogPartition
            beta
            ((q * favoured - 1.0) / (q - 1.0))
            {
                Value = logZ / sites
                First = -u / sites
                Second = mean (fun level -> (energy level - u) ** 2.0) / sites
            }

/// Small Potts models on tori of any number of axes by enumeration of all q^N states.
[<RequireQualifiedAccess>]
module PottsEnumeration =
    /// States up to which enumeration is offered: 2²⁴ of them take less than a second.
    [<Literal>]
    let MostStates = 16777216.0

    let private sizeFaults (states: int) (shape: int[]) =
        [
            yield!
                PottsModel.faults
                    { PottsModel.square 2 states 1.0 with
                        Shape = shape
                    }

            let count =
                float states ** (shape |> Array.fold (fun product side -> product * float side) 1.0)

            if not (count <= MostStates) then
                MiceError.OutOfRange("states to the power of sites", Number.text count, "2²⁴ or fewer")
        ]

    /// Advances an odometer in base q by one; returns the digit where the carry stops, or the number of digits at the end. In the modular Gray code exactly
    /// this digit goes on to its next value.
    let private next (q: int) (odometer: int[]) : int =
        let mutable digit = 0

        while digit < odometer.Length && odometer[digit] = q - 1 do
            odometer[digit] <- 0
            digit <- digit + 1

        if digit < odometer.Length then
            odometer[digit] <- odometer[digit] + 1

        digit

    /// Counts at [satisfied bonds, favoured sites].
    let private countStates (q: int) (shape: int[]) : int64[,] =
        let sites, z = LatticeShape.sites shape, Torus.coordination shape
        let neighbours = Torus.neighbours shape
        let counts = Array2D.zeroCreate (sites * z / 2 + 1) (sites + 1)
        let spins = Array.zeroCreate<int> sites
        let odometer = Array.zeroCreate<int> sites
        let mutable satisfied = sites * z / 2
        let mutable favoured = sites
        let mutable turned = 0

        while turned < sites do
            counts[satisfied, favoured] <- counts[satisfied, favoured] + 1L
            turned <- next q odometer

            if turned < sites then
                let before = spins[turned]
                let after = if before = q - 1 then 0 else before + 1

                for n in z * turned .. z * turned + z - 1 do
                    let other = spins[neighbours[n]]

                    if other = before then
                        satisfied <- satisfied - 1
                    elif other = after then
                        satisfied <- satisfied + 1

                if before = 0 then
                    favoured <- favoured - 1
                elif after = 0 then
                    favoured <- favoured + 1

                spins[turned] <- after

        counts

    /// <summary>The density of states: how many of the q^N states have each number of satisfied bonds and of favoured sites.</summary>
    /// <param name="states">q.</param>
    /// <param name="shape">Sites along each axis.</param>
    /// <returns>Levels with at least one state, by satisfied bonds, then favoured sites; faults of q and the shape, or of more than
    /// 2²⁴ states.</returns>
    let densityOfStates (states: int) (shape: int[]) : Result<PottsLevel[], MiceError list> =
        validate {
            let! () = sizeFaults states shape
            let counts = countStates states shape

            return
                [|
                    for m in 0 .. counts.GetLength 0 - 1 do
                        for n in 0 .. counts.GetLength 1 - 1 do
                            if counts[m, n] > 0L then
                                {
                                    SatisfiedBonds = m
                                    Favoured = n
                                    States = counts[m, n]
                                }
                |]
        }

    /// <summary>Exact averages from a density of states: Z = Σ_levels g·exp(β(J·satisfied bonds + H·favoured sites)). Rounding only. The
    /// magnetisation is (q⟨Σ δ(sᵢ, 0)⟩/N − 1)/(q − 1).</summary>
    /// <param name="density">The levels of the model's torus and q.</param>
    /// <param name="model">The model.</param>
    /// <returns>Faults of the model; Mismatch where the density is of another number of states.</returns>
    let averagesOf (density: PottsLevel[]) (model: PottsModel) : Result<ThermalAverages, MiceError list> =
        validate {
            let! () = PottsModel.faults model

            let found, wanted =
                density |> Array.sumBy _.States, float model.States ** float (PottsModel.sites model)

            let! () =
                [
                    if float found <> wanted then
                        MiceError.Mismatch("states of density and model", string found, Number.text wanted)
                ]

            return
                density
                |> Array.map (fun l -> struct (log (float l.States), l.SatisfiedBonds, float l.Favoured))
                |> PottsAverages.ofLevels model
        }

    /// <summary>Exact averages of a model; for more than one temperature, J or H find the density once and use
    /// <c>averagesOf</c>.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Faults of the model, or of more than 2²⁴ states.</returns>
    let averages (model: PottsModel) : Result<ThermalAverages, MiceError list> =
        validate {
            let! () = PottsModel.faults model
            let! density = densityOfStates model.States model.Shape
            return! averagesOf density model
        }

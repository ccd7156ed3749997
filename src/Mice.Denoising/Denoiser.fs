namespace Mice.Denoising

open System
open Mice
open Mice.Atoms
open Mice.Tensors

/// Predictions in closed form that a network corrects.
[<RequireQualifiedAccess>]
type Baseline =
    /// Of a fluid, by the waves of its density: taken to a part that the network learns, since they are right for large noise alone.
    | Fluid of DensityModes
    /// Of a crystal, by the waves of its displacements.
    | Crystal of CrystalModes

/// <summary>A network that finds the noise in noisy configurations, ε̂(y, σ).</summary>
type Denoiser =
    {
        /// Its size.
        Options: DenoiserOptions
        /// d: the first so many coordinates count.
        Dimension: int
        /// ρ^(−1/d), Å.
        MeanDistance: float
        /// Where the shortest pairs of atoms are found.
        Shortest: ShortestPairs
        /// Mean number of neighbours within the cut-off.
        Neighbours: float
        /// Names of the species.
        Species: string[]
        /// What it starts from.
        Baseline: Baseline
    }

/// Making networks, and what they predict.
[<RequireQualifiedAccess>]
module Denoiser =
    /// |ε̂| of an atom stays below this: so far from 0 lies one number in 10¹⁴.
    [<Literal>]
    let private LargestPrediction = 8.0

    /// Share of the mean distance below which predictions grow in proportion to σ.
    [<Literal>]
    let private SmallNoise = 0.1

    /// Smallest noise over the distance on which the number of the shortest pairs rises, at most: where atoms have hard cores, more noise than that hides part of what a
    /// configuration gives away.
    [<Literal>]
    let private SmallestOverRise = 0.25

    /// Atoms above which layers are computed anew for derivatives instead of being kept, 200 kB for each atom.
    [<Literal>]
    let private MostKept = 4000

    /// How far messages reach, Å.
    let cutoff (d: Denoiser) : float =
        d.Options.CutoffInMeanDistances * d.MeanDistance

    /// The largest noise that the network learns, Å.
    let largestNoise (d: Denoiser) : float = d.Options.Largest * d.MeanDistance

    /// Neighbours within a cut-off in an ideal gas: the volume of a ball, in units of the mean distance.
    let private neighbours dimension (cutoff: float) =
        match dimension with
        | 1 -> 2.0 * cutoff
        | 2 -> Math.PI * cutoff * cutoff
        | _ -> 4.0 / 3.0 * Math.PI * cutoff ** 3.0

    /// <summary>A network for a system.</summary>
    /// <param name="options">Its size.</param>
    /// <param name="dimension">1, 2 or 3.</param>
    /// <param name="meanDistance">ρ^(−1/d), Å.</param>
    /// <param name="species">Names of the species.</param>
    /// <param name="shortest">Where the shortest pairs of atoms are found; where their number rises fast, smaller noise than the options say is learned.</param>
    /// <param name="baseline">What it starts from.</param>
    let create options dimension meanDistance species (shortest: ShortestPairs) (baseline: Baseline) : Denoiser =
        {
            Options =
                { options with
                    Smallest = min options.Smallest (SmallestOverRise * shortest.Rise / meanDistance)
                }
            Shortest = shortest
            Dimension = dimension
            MeanDistance = meanDistance
            Neighbours = neighbours dimension options.CutoffInMeanDistances
            Species = species
            Baseline = baseline
        }

    /// Species of the atoms of a snapshot as the network numbers them.
    let species (d: Denoiser) (snapshot: Snapshot) : int[] =
        let places =
            snapshot.SpeciesNames |> Array.map (fun name -> Array.IndexOf(d.Species, name))

        snapshot.Species |> Array.map (fun s -> places[s])

    /// Features of a strength of noise: its place between the smallest and the largest on the scale of ln σ.
    let private noiseFeatures device (d: Denoiser) sigma =
        let o = d.Options

        log (sigma / (o.Smallest * d.MeanDistance)) / log (o.Largest / o.Smallest)
        |> MessageLayer.noise device

    /// Vectors of each atom that a stage is told: the prediction so far, and in a crystal the way from its site.
    let private seen (d: Denoiser) =
        match d.Baseline with
        | Baseline.Fluid _ -> 1
        | Baseline.Crystal _ -> 2

    /// How much of what the waves predict is taken, by noise: at first nothing but for the largest.
    let private wavesAtFirst () =
        Array.init (MessageLayer.NoiseFeatures + 1) (fun i ->
            if i >= MessageLayer.NoiseFeatures - 2 && i < MessageLayer.NoiseFeatures then
                0.7f
            else
                0.0f)
        |> Tensor.ofArray [ MessageLayer.NoiseFeatures + 1; 1 ]

    /// The first parameters: predictions are those of the waves, and of them little where the noise is not large.
    let init (d: Denoiser) (key: Key) : Params =
        let c = d.Options.Channels

        let stage key =
            Params.node
                [
                    "layers",
                    Params.node
                        [
                            for l in 0 .. d.Options.Layers - 1 -> string l, MessageLayer.init c (Key.item l key)
                        ]
                    MessageLayer.leaf key "moved" [ c; seen d ] Initialiser.fanIn
                    MessageLayer.leaf key "out" [ c ] Initialiser.zeros
                ]

        Params.node
            [
                MessageLayer.leaf key "species" [ d.Species.Length; c ] Initialiser.fanIn
                "stages", Params.node [ for s in 0 .. d.Options.Stages - 1 -> string s, stage (Key.item s key) ]
                "waves", Params.Leaf(wavesAtFirst ())
            ]

    /// Keeps the predictions for each atom below the largest.
    let private bounded (prediction: Tensor) =
        let squares = Tensor.sumKeeping [ 0 ] (prediction * prediction)
        prediction * Tensor.rsqrt (1.0 + squares / (LargestPrediction * LargestPrediction))

    /// Three numbers for each atom as [3; n].
    let private byAxis device (values: float[]) =
        let n = values.Length / 3

        Array.init values.Length (fun i -> float32 values[3 * (i % n) + i / n])
        |> Tensor.ofArray [ 3; n ]
        |> Tensor.onto device

    /// A prediction [3; n] as three numbers for each atom, the opposite of byAxis.
    let internal byAtom (prediction: Tensor) : float[] =
        let e = Tensor.toArray<float32>(Tensor.detach prediction)
        let n = e.Length / 3
        Array.init e.Length (fun i -> float e[(i % 3) * n + i / 3])

    /// Where the atoms were, if a prediction [3; n] is right.
    let private cleaned (atoms: NoisyAtoms) (prediction: Tensor) =
        Array.map2 (fun x e -> x - atoms.Sigma * e) atoms.Positions (byAtom prediction)

    /// Where parameters live.
    let internal device (parameters: Params) : Device =
        (Params.tensor "species" parameters).Device

    /// Predictions of the baseline alone, [3n].
    let internal baseline (d: Denoiser) (atoms: NoisyAtoms) : float[] =
        match d.Baseline with
        | Baseline.Fluid modes -> DensityModes.predict modes atoms
        | Baseline.Crystal modes -> CrystalModes.predict modes atoms

    /// What a network starts from, and what else its atoms are told; [3; n] each.
    let private start (d: Denoiser) (atoms: NoisyAtoms) (baseline: Tensor) (noise: Tensor) (parameters: Params) =
        match d.Baseline with
        | Baseline.Fluid _ -> struct (baseline * Tensor.matmul noise (Params.tensor "waves" parameters), [])
        | Baseline.Crystal modes ->
            let length = atoms.Sigma + SmallNoise * d.MeanDistance

            let ways =
                CrystalSites.displacements modes.Crystal atoms.Cell atoms.Positions
                |> Array.map (fun x -> x / length)

            struct (baseline, [ byAxis baseline.Device ways ])

    /// <summary>Predictions of the noise after each stage, [3; n], given those of the baseline.</summary>
    let internal predictFrom (d: Denoiser) species (atoms: NoisyAtoms) (baseline: float[]) parameters : Tensor list =
        let c = d.Options.Channels
        let n = Array.length species
        let device = device parameters
        let noise = noiseFeatures device d atoms.Sigma

        let first =
            Params.tensor "species" parameters
            |> Tensor.indexSelect 0 (Tensor.ofArray [ n ] species |> Tensor.onto device)
            |> Tensor.unsqueeze 0

        let features =
            Tensor.cat 0 [ first; Tensor.zeros first.Kind [ MessageKernel.Components - 1; n; c ] ]

        let gain =
            atoms.Sigma / sqrt (atoms.Sigma * atoms.Sigma + (SmallNoise * d.MeanDistance) ** 2.0)

        let scale =
            {
                Centre = d.Shortest.Contact
                Width = sqrt (atoms.Sigma * atoms.Sigma + d.Shortest.Rise ** 2.0)
                Cutoff = cutoff d
            }

        let radial = MessageLayer.radial device scale

        let struct (begun, ways) = start d atoms (byAxis device baseline) noise parameters

        let rec go stage (x: Tensor) (prediction: Tensor) found =
            if stage = d.Options.Stages then
                List.rev found
            else
                let p = Params.find $"stages.{stage}" parameters

                let positions =
                    if stage = 0 then
                        atoms.Positions
                    else
                        cleaned atoms prediction

                let edges = Edges.build atoms.Cell positions scale

                let moved =
                    prediction :: ways |> Tensor.stack 2 |> Nn.linear (Params.tensor "moved" p) None

                let layer p x =
                    MessageLayer.apply d.Neighbours p noise radial edges (Grad.section x)

                let x =
                    Params.branches (Params.find "layers" p)
                    |> Array.fold
                        (fun x (_, ofLayer) ->
                            if n > MostKept then
                                Grad.recomputed layer ofLayer x
                            else
                                layer ofLayer x)
                        (Tensor.cat
                            0
                            [
                                MessageLayer.part 0 1 x
                                MessageLayer.part 1 4 x + moved
                                MessageLayer.part 4 10 x
                            ])
                    |> Grad.section

                let change = gain * Tensor.matmul (MessageLayer.part 1 4 x) (Params.tensor "out" p)
                let next = bounded (prediction + change) |> Grad.section
                go (stage + 1) x next (next :: found)

        go 0 features (Grad.section begun) []

    /// Predictions of the noise after each stage, [3; n].
    let internal predict (d: Denoiser) (species: int[]) (atoms: NoisyAtoms) (parameters: Params) : Tensor list =
        predictFrom d species atoms (baseline d atoms) parameters

    /// ε as [3; n].
    let internal target device (atoms: NoisyAtoms) : Tensor = byAxis device atoms.Noise

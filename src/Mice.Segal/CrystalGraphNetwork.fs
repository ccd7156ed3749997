namespace Mice.Segal

open Mice
open Mice.Alloys
open Mice.Tensors

/// The form of a network on crystal graphs. Start from CrystalGraphNetwork.form.
type CrystalGraphForm =
    {
        /// Which sites are neighbours, and how distances are told.
        Graph: CrystalGraphOptions
        /// Numbers that describe a site, F, a multiple of eight.
        Features: int
        /// Convolutions.
        Convolutions: int
        /// Widths of the layers after the mean over sites.
        Hidden: int list
    }

/// <summary>An energy of the configurations of a lattice by a convolutional network on its crystal graph.</summary>
/// <remarks>It is of a lattice, not of one supercell. Immutable; safe to share between threads.</remarks>
[<NoEquality; NoComparison>]
type CrystalGraphNetwork =
    {
        /// The lattice that it is of.
        Lattice: ParentLattice
        /// Its form.
        Form: CrystalGraphForm
        /// Energy per site that stands for 0, eV.
        Mean: float
        /// Energy per site that stands for 1, eV.
        Deviation: float
        /// Its parameters, float32 on the processor.
        Parameters: Params
    }

/// <summary>Crystal-graph convolutional networks (CGCNN) on lattices.</summary>
/// <remarks>v_i begins as a row for the species. Each convolution makes v_i ← softplus(v_i + a ⊙ Σ_j σ(z_ij W_f + b_f) ⊙ softplus(z_ij W_s + b_s) + c) with z_ij = v_i ⊕ v_j ⊕ u_ij, u_ij the
/// Gaussians of a distance. The mean over sites goes through hidden layers with softplus to the energy per site. On a lattice z W = v_i W₁ + v_j W₂ + u_ij W₃ with few distances, so that
/// products are made of sites and shells and only sums are made of edges. Where the paper normalises by batches, a and c make the sums of the training set have mean 0 and deviation 1 at the start,
/// and are learned from there on: an energy depends on nothing but its configuration. Energies are the same for all images under the symmetry of a supercell, but for rounding in double precision.
/// Source: T. Xie and J. C. Grossman, Phys. Rev. Lett. 120, 145301 (2018).</remarks>
[<RequireQualifiedAccess>]
module CrystalGraphNetwork =
    /// 24 neighbours within 12 Å, 3 convolutions of 64 features, 2 hidden layers of 64.
    let form: CrystalGraphForm =
        {
            Graph = CrystalGraph.defaults
            Features = 64
            Convolutions = 3
            Hidden = [ 64; 64 ]
        }

    /// <summary>What stands against a form.</summary>
    /// <param name="f">The form.</param>
    let faults (f: CrystalGraphForm) : MiceError list =
        [
            yield! CrystalGraph.faults f.Graph

            yield!
                Validate.that
                    "the features of a site"
                    "a multiple of 8, 8 or more"
                    (fun n -> n >= 8 && n % 8 = 0)
                    f.Features

            yield! Validate.atLeast 1 "the number of convolutions" f.Convolutions
            yield! f.Hidden |> List.collect (Validate.atLeast 1 "the width of a hidden layer")
        ]

    let private hidden (f: CrystalGraphForm) : Layer =
        Layer.mlp Nn.softplus [ f.Features; yield! f.Hidden; 1 ]

    let private convolution (f: CrystalGraphForm) (key: Key) : Params =
        let weights name inputs =
            name, Params.Leaf(Initialiser.fanIn (Key.named name key) [ 2 * f.Features; inputs ])

        let all name (value: float) count =
            name, Params.Leaf(Tensor.full Kind.float32 [ count ] value)

        Params.node
            [
                weights "own" f.Features
                weights "other" f.Features
                weights "shell" (CrystalGraph.gaussians f.Graph)
                all "bias" 0.0 (2 * f.Features)
                all "scale" 1.0 f.Features
                all "shift" 0.0 f.Features
            ]

    /// <summary>A network that has learned nothing.</summary>
    /// <param name="key">Its parameters come from it.</param>
    /// <param name="f">Its form.</param>
    /// <param name="lattice">The lattice.</param>
    /// <returns>Errors: OutOfRange, Unavailable (no tensor library).</returns>
    let create (key: Key) (f: CrystalGraphForm) (lattice: ParentLattice) : Result<CrystalGraphNetwork, MiceError list> =
        validate {
            let! () = faults f
            and! () = Engine.load ()

            return
                {
                    Lattice = lattice
                    Form = f
                    Mean = 0.0
                    Deviation = 1.0
                    Parameters =
                        Params.node
                            [
                                "species",
                                Params.Leaf(Tensor.randn (Key.named "species" key) Kind.float32 [ 2; f.Features ])

                                "convolutions",
                                Key.named "convolutions" key
                                |> Key.split f.Convolutions
                                |> Array.mapi (fun i key -> string i, convolution f key)
                                |> Params.Node

                                "hidden", (hidden f).Init(Key.named "hidden" key)
                            ]
                }
        }

    /// Σ_j σ(z_f) ⊙ softplus(z_s) of a convolution, [batch; N; F].
    let private sums (g: CrystalGraph) (p: Params) (v: Tensor) : Tensor =
        let shells = g.Distances.Length

        let gaussians =
            Tensor.ofArray [ shells; g.Gaussians.Length / shells ] g.Gaussians
            |> Tensor.convert v.DType
            |> Tensor.onto v.Device

        CrystalGraphSums.create
            g
            (Nn.linear (Params.tensor "own" p) (Some(Params.tensor "bias" p)) v)
            (Nn.linear (Params.tensor "other" p) None v)
            (Nn.linear (Params.tensor "shell" p) None gaussians)

    let private updated (p: Params) (v: Tensor) (sums: Tensor) : Tensor =
        v + sums * Params.tensor "scale" p + Params.tensor "shift" p |> Nn.softplus

    let private convolutions (p: Params) : Params[] =
        Params.find "convolutions" p |> Params.branches |> Array.map snd

    /// States of configurations as indices, [count; N].
    let internal indices (g: CrystalGraph) (states: byte[]) : Tensor =
        Tensor.ofArray [ states.Length / g.Sites; g.Sites ] (Array.map int states)

    /// Energies per site in deviations from the mean: indices [count; N] → [count].
    let internal outputs (f: CrystalGraphForm) (g: CrystalGraph) (p: Params) (indices: Tensor) : Tensor =
        let v =
            (Nn.embedding (Params.tensor "species" p) indices, convolutions p)
            ||> Array.fold (fun v own -> sums g own v |> updated own v)

        v
        |> Tensor.meanOver [ 1 ]
        |> (hidden f).Apply Mode.Evaluation (Params.find "hidden" p)
        |> Tensor.squeeze 1

    /// Parameters whose sums have mean 0 and deviation 1 over configurations, convolution after convolution.
    let internal standardised (g: CrystalGraph) (indices: Tensor) (p: Params) : Params =
        let next (v: Tensor, done': (string * Params) list) (name, own) =
            let found = sums g own v
            let scale = 1.0 / (Tensor.stdOver [ 0; 1 ] 0 found + 1e-3)
            let shift = -(Tensor.meanOver [ 0; 1 ] found * scale)

            let own =
                Params.branches own
                |> Array.map (fun (part, values) ->
                    match part with
                    | "scale" -> part, Params.Leaf scale
                    | "shift" -> part, Params.Leaf shift
                    | _ -> part, values)
                |> Params.Node

            updated own v found, (name, own) :: done'

        let _, changed =
            ((Nn.embedding (Params.tensor "species" p) indices, []), Params.branches (Params.find "convolutions" p))
            ||> Array.fold next

        Params.branches p
        |> Array.map (fun (part, values) ->
            if part = "convolutions" then
                part, Params.node (List.rev changed)
            else
                part, values)
        |> Params.Node

    /// Numbers of all edges of the configurations that are computed together.
    let private together = 1 <<< 20

    /// <summary>Energies of configurations, in double precision.</summary>
    /// <param name="n">The network.</param>
    /// <param name="g">The graph of a supercell of its lattice, made with the options of its form.</param>
    /// <returns>States [count; N], row-major, 0 or 1 → energies of the whole supercell, eV, [count].</returns>
    let energies (n: CrystalGraphNetwork) (g: CrystalGraph) : byte[] -> float[] =
        let count = max 1 (together / (g.Sites * g.Edges * n.Form.Features))

        fun states ->
            states
            |> Array.chunkBySize (count * g.Sites)
            |> Array.collect (fun part ->
                Tensor.scope (fun () ->
                    let parameters = Params.convert DType.Float64 n.Parameters
                    indices g part |> outputs n.Form g parameters |> Tensor.toArray<float>))
            |> Array.map (fun output -> float g.Sites * (n.Mean + n.Deviation * output))

    let private latticeFaults (n: CrystalGraphNetwork) (supercell: Supercell) : MiceError list =
        [
            if n.Lattice.Vectors <> supercell.Lattice.Vectors || n.Lattice.Basis <> supercell.Lattice.Basis then
                MiceError.Mismatch("the lattices of network and supercell", n.Lattice.Name, supercell.Lattice.Name)
        ]

    /// <summary>A lattice with the energy of a network, in the semi-grand canonical ensemble: state 1 is the first species, whose number is Σ charge; the field is Δμ.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="n">The network.</param>
    /// <param name="supercell">A supercell of its lattice.</param>
    /// <returns>Energies in eV, temperatures in K; safe to share between threads. Errors: OutOfRange, Mismatch for another lattice.</returns>
    let system
        (name: string)
        (n: CrystalGraphNetwork)
        (supercell: Supercell)
        : Result<SemiGrandSystem, MiceError list> =
        validate {
            let! () = latticeFaults n supercell
            let! graph = CrystalGraph.create n.Form.Graph supercell
            let all = energies n graph

            return
                {
                    Name = name
                    Origin = SystemOrigin.Own
                    Sites = supercell.Count
                    States = 2
                    Boltzmann = float Units.boltzmann
                    Charges = [| 0.0; 1.0 |]
                    Energy = fun states first -> (all (Array.sub states first supercell.Count))[0]
                    EnergyOfMany = Some all
                    Before = None
                    BeforeOfMany = None
                    Change = None
                    Symmetries = lazy Supercell.symmetries supercell
                }
        }

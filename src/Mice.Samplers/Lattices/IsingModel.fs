namespace Mice.Samplers

open Mice

/// The Ising model on a torus: E = −J Σ_bonds sᵢsⱼ − H Σ_sites sᵢ with sᵢ = ±1 and k_B = 1.
type IsingModel =
    {
        /// Which sites interact.
        Lattice: Lattice
        /// Rows of the torus, 2 or more.
        Rows: int
        /// Columns of the torus, 2 or more.
        Columns: int
        /// J: positive for a ferromagnet, negative for an antiferromagnet.
        Coupling: float
        /// H, in units of |J| = 1.
        Field: float
        /// T > 0, in units of |J|/k_B.
        Temperature: float
    }

/// Energies and magnetisations of Ising configurations.
[<RequireQualifiedAccess>]
module IsingModel =
    /// <summary>The ferromagnet J = 1 on a square torus without a field.</summary>
    /// <param name="size">Rows and columns.</param>
    /// <param name="temperature">T.</param>
    let square (size: int) (temperature: float) : IsingModel =
        {
            Lattice = Lattice.Square
            Rows = size
            Columns = size
            Coupling = 1.0
            Field = 0.0
            Temperature = temperature
        }

    /// <summary>The antiferromagnet J = −1 on a triangular torus without a field; sides that are multiples of three fit
    /// its three sublattices.</summary>
    /// <param name="size">Rows and columns.</param>
    /// <param name="temperature">T.</param>
    let triangularAntiferromagnet (size: int) (temperature: float) : IsingModel =
        { square size temperature with
            Lattice = Lattice.Triangular
            Coupling = -1.0
        }

    /// <summary>Every fault of a model, none for a sound one: sides of 2 or more, finite J and H, finite T above 0.</summary>
    /// <param name="model">The model.</param>
    let faults (model: IsingModel) : MiceError list =
        [
            for name, side in [ "rows", model.Rows; "columns", model.Columns ] do
                if side < 2 then
                    MiceError.OutOfRange(name, string side, "2 or more")

            for name, value in [ "coupling", model.Coupling; "field", model.Field ] do
                if not (System.Double.IsFinite value) then
                    MiceError.OutOfRange(name, string value, "any finite number")

            if not (System.Double.IsFinite model.Temperature && model.Temperature > 0.0) then
                MiceError.OutOfRange("temperature", string model.Temperature, "any finite number above 0")
        ]

    /// <summary>N, the number of sites.</summary>
    /// <param name="model">The model.</param>
    let sites (model: IsingModel) : int = model.Rows * model.Columns

    /// All neighbours of all sites, as Lattice.neighbours has them.
    let internal neighbours (model: IsingModel) : int[] =
        Lattice.neighbours model.Lattice model.Rows model.Columns

    /// Σ s of the z neighbours of a site.
    let inline internal neighbourSum (neighbours: int[]) (z: int) (spins: sbyte[]) (site: int) : int =
        let mutable sum = 0

        for n in z * site .. z * site + z - 1 do
            sum <- sum + int spins[neighbours[n]]

        sum

    /// <summary>Independent spins, up or down with equal probability: the state at T = ∞.</summary>
    /// <param name="key">Randomness.</param>
    /// <param name="model">The model.</param>
    let random (key: Key) (model: IsingModel) : sbyte[] =
        let generator = Key.generator key
        Array.init (sites model) (fun _ -> 2y * sbyte (generator.NextUInt64() >>> 63) - 1y)

    /// <summary>Σ_bonds sᵢsⱼ, each bond once.</summary>
    /// <param name="model">The model.</param>
    /// <param name="spins">One configuration, [rows·columns], ±1.</param>
    let bondSum (model: IsingModel) (spins: sbyte[]) : int =
        let columns = model.Columns
        let mutable sum = 0

        for struct (down, right) in Lattice.forwardOffsets model.Lattice do
            for row in 0 .. model.Rows - 1 do
                let here, there = row * columns, (row + down) % model.Rows * columns

                for column in 0 .. columns - 1 do
                    let beside =
                        if column + right < columns then
                            column + right
                        else
                            column + right - columns

                    sum <- sum + int spins[here + column] * int spins[there + beside]

        sum

    /// <summary>Σ_sites sᵢ.</summary>
    /// <param name="spins">One configuration.</param>
    let magnetisation (spins: sbyte[]) : int = spins |> Array.sumBy int

    /// <summary>E = −J Σ_bonds sᵢsⱼ − H Σ_sites sᵢ.</summary>
    /// <param name="model">The model.</param>
    /// <param name="spins">One configuration, [rows·columns], ±1.</param>
    let energy (model: IsingModel) (spins: sbyte[]) : float =
        -model.Coupling * float (bondSum model spins) - model.Field * float (magnetisation spins)

namespace Mice.Rsmi

open Mice
open Mice.Samplers

/// <summary>A system whose configurations can be drawn at values of a parameter.</summary>
[<NoEquality; NoComparison>]
type RsmiSystem =
    {
        /// Its name.
        Name: string
        /// What is varied, as a key of files: temperature.
        Parameter: string
        /// Its symbol, for people.
        Symbol: string
        /// The lattice.
        Lattice: SiteLattice
        /// Draws configurations at a value of the parameter.
        Draw: Run -> float -> Result<RsmiSource, MiceError list>
        /// Operators that filters are compared with, by ℓ.
        Operators: int -> FilterOperator list
        /// What configurations depend on besides the parameter, by name.
        Settings: (string * string) list
    }

/// The systems of the paper.
[<RequireQualifiedAccess>]
module RsmiSystem =
    let private settings name (shape: int[]) (configurations: int) rest =
        [
            "system", name
            "shape", LatticeShape.text shape
            "configurations", string configurations
        ]
        @ rest

    /// <summary>The Ising model on a square torus.</summary>
    /// <param name="side">Rows and columns.</param>
    /// <param name="coupling">J: 1 for the ferromagnet, −1 for the antiferromagnet.</param>
    /// <param name="configurations">Configurations to draw.</param>
    let ising (side: int) (coupling: float) (configurations: int) : RsmiSystem =
        let lattice = SiteLattice.torus [| side; side |] 1

        {
            Name = "ising"
            Parameter = "temperature"
            Symbol = "T"
            Lattice = lattice
            Draw =
                fun run temperature ->
                    { IsingModel.square side temperature with
                        Coupling = coupling
                    }
                    |> RsmiSource.ising
                        { IsingSamplingOptions.defaults with
                            Snapshots = configurations
                        }
                        run
            Operators = FilterOperator.ofSites lattice
            Settings = settings "ising" lattice.Shape configurations [ "coupling", Number.text coupling ]
        }

    /// Chains that are independent of each other give errors of what stays for long, such as a columnar state.
    let private manyChains =
        { ChainOptions.defaults with
            Chains = 512
        }

    /// <summary>Interacting dimers on a square torus.</summary>
    /// <param name="side">Rows and columns, even.</param>
    /// <param name="configurations">Configurations to draw.</param>
    let dimers (side: int) (configurations: int) : RsmiSystem =
        let lattice = SiteLattice.torus [| side; side |] 2

        {
            Name = "dimers"
            Parameter = "temperature"
            Symbol = "T"
            Lattice = lattice
            Draw =
                fun run temperature ->
                    DimerModel.square side temperature
                    |> RsmiSource.dimers (manyChains |> ChainOptions.withSnapshots configurations) run
            Operators = FilterOperator.ofDimers lattice
            Settings = settings "dimers" lattice.Shape configurations []
        }

    /// <summary>Chipping and aggregation on a ring with a mean mass of 1 a site; chips have rate 1, whole masses hop with rate w.</summary>
    /// <param name="sites">Sites of the ring.</param>
    /// <param name="configurations">Configurations to draw.</param>
    let chipping (sites: int) (configurations: int) : RsmiSystem =
        let lattice = SiteLattice.torus [| sites |] 1

        let draw run rate =
            let model: ChippingModel =
                {
                    Sites = sites
                    Mass = sites
                    HopRate = rate
                }

            let start = ChippingOptions.defaults model

            RsmiSource.chipping
                { start with
                    Snapshots = (configurations + start.Chains - 1) / start.Chains
                }
                run
                model

        {
            Name = "chipping"
            Parameter = "hop_rate"
            Symbol = "w"
            Lattice = lattice
            Draw = draw
            Operators = FilterOperator.ofSites lattice
            Settings = settings "chipping" lattice.Shape configurations [ "density", "1" ]
        }

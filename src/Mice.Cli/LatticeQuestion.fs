namespace Mice.Cli

open Argu
open Mice
open Mice.Entropy

/// Arguments that the verbs about models have in common, as they were given.
type LatticeWords =
    {
        Size: string option
        Temperature: string option
        Coupling: string option
        Field: string option
        Method: string option
        Snapshots: string option
        Error: string option
        Quick: bool
        Transfer: bool
    }

/// What is asked of a model, whatever it is.
type LatticeQuestion =
    {
        Options: RunOptions
        Entropy: LatticeEntropyOptions
        Size: int
        Temperatures: float list
        Coupling: float
        Field: float
        Snapshots: int option
        /// The largest standard error that is wanted, nats per site.
        LargestError: float option
    }

/// Reading of what is asked.
[<RequireQualifiedAccess>]
module LatticeQuestion =
    /// <summary>The question, or every fault of its words.</summary>
    /// <param name="known">Methods for the model.</param>
    /// <param name="shared">The arguments of every verb.</param>
    /// <param name="words">The arguments of the verb.</param>
    let read
        (known: LatticeMethod list)
        (shared: ParseResults<SharedArgument>)
        (words: LatticeWords)
        : Read<LatticeQuestion> =
        validate {
            let! size = LatticeArguments.size words.Size
            and! temperatures = LatticeArguments.temperatures words.Temperature
            and! coupling = LatticeArguments.coupling words.Coupling
            and! field = LatticeArguments.field words.Field
            and! methods = LatticeArguments.methods known words.Method
            and! snapshots = Options.count "--snapshots" words.Snapshots
            and! error = LatticeArguments.error words.Error
            and! options = SharedOptions.readWith LatticeArguments.processor shared

            return
                {
                    Options = options
                    Entropy =
                        { LatticeArguments.entropy words.Quick methods with
                            Transfer = words.Transfer
                        }
                    Size = size
                    Temperatures = temperatures
                    Coupling = coupling
                    Field = field
                    Snapshots = snapshots
                    LargestError = error
                }
        }

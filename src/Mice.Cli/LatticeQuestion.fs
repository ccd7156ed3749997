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
        let shared = SharedOptions.readWith LatticeArguments.processor shared
        let size = LatticeArguments.size words.Size
        let temperatures = LatticeArguments.temperatures words.Temperature
        let coupling = LatticeArguments.coupling words.Coupling
        let field = LatticeArguments.field words.Field
        let methods = LatticeArguments.methods known words.Method
        let snapshots = Options.count "--snapshots" words.Snapshots
        let error = LatticeArguments.error words.Error

        match
            Options.faults size
            @ Options.faults temperatures
            @ Options.faults coupling
            @ Options.faults field
            @ Options.faults methods
            @ Options.faults snapshots
            @ Options.faults error
            @ Options.faults shared
        with
        | [] ->
            Ok
                {
                    Options = Options.get shared
                    Entropy =
                        { LatticeArguments.entropy words.Quick (Options.get shared) (Options.get methods) with
                            Transfer = words.Transfer
                        }
                    Size = Options.get size
                    Temperatures = Options.get temperatures
                    Coupling = Options.get coupling
                    Field = Options.get field
                    Snapshots = Options.get snapshots
                    LargestError = Options.get error
                }
        | faults -> Error faults

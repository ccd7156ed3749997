namespace Mice.Testing

open Mice

/// What a test asks of a result.
[<AutoOpen>]
module Results =
    /// The value of a result that has to be good; otherwise all faults in one exception.
    let ok (result: Result<'a, MiceError list>) : 'a =
        match result with
        | Ok value -> value
        | Error faults -> failwith (faults |> List.map MiceError.message |> String.concat "\n")

    /// The faults of a result; none where it is good.
    let faultsOf (result: Result<'a, MiceError list>) : MiceError list =
        match result with
        | Ok _ -> []
        | Error faults -> faults

    /// The messages of the faults of a result; none where it is good.
    let messages (result: Result<'a, MiceError list>) : string list =
        faultsOf result |> List.map MiceError.message

/// One test starts this program again, to kill it while it saves.
module Mice.Tests.Program

[<EntryPoint>]
let main arguments =
    match arguments with
    | [| "save-forever"; folder |] ->
        RunStoreTests.saveForever folder
        0
    | _ -> Expecting.run arguments

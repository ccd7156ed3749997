/// The test runner does not come through here; tests that need another process start this assembly again.
module Mice.Tests.Program

[<EntryPoint>]
let main arguments =
    match arguments with
    | [| "save-forever"; folder |] ->
        RunStoreTests.saveForever folder
        0
    | _ ->
        eprintfn "Run these tests with: dotnet fsi build.fsx test"
        2

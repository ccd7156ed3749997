module Mice.Cli.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments

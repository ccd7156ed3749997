module Mice.Alloys.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments

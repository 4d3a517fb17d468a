// Koop as an ArcGIS FeatureServer of the GeoJSON files of a folder: node koop.js <folder>
// Says on which port of this machine it listens.
"use strict";
const fs = require("fs");
const path = require("path");
const Koop = require("@koopjs/koop-core");
const provider = require("@koopjs/provider-file-geojson");

const folder = path.resolve(process.argv[2]);
const koop = new Koop({ logLevel: "error" });
// The provider joins its folder to the one that the program runs in.
koop.register(provider, { dataDir: path.relative(process.cwd(), folder) });

// Real servers have a list of their services, and Koop has none.
koop.server.get("/file-geojson/rest/services", (_, answer) => {
  const files = fs.readdirSync(folder).filter((file) => file.endsWith(".geojson"));
  const services = files.map((file) => ({ name: path.parse(file).name, type: "FeatureServer" }));
  answer.json({ currentVersion: 11.2, services });
});

const listening = koop.server.listen(0, "127.0.0.1", () => {
  console.log(`listening on ${listening.address().port}`);
});

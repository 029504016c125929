import { describe, expect, it } from "vitest";
import { officialContainer } from "../../src/ingest/sources/source-place.js";
import type { S3Access } from "../../src/store/index.js";
import { containerPlace } from "../../src/warehouse/sources.js";

const options = {
  region: "us-west-2",
  endpoint_url: null,
  anonymous: true,
  allow_http: false,
  force_path_style: false,
  network_stream_timeout_seconds: null,
  requester_pays: false,
};
const amazon: S3Access = {
  kind: "s3",
  region: "us-west-2",
  endpoint: null,
  addressing: "virtual",
  anonymous: true,
  requesterPays: false,
};
const ceph: S3Access = { ...amazon, endpoint: "http://ceph:8080", addressing: "path", requesterPays: true };

describe("a place as a container of the repository's configuration", () => {
  it.each([
    ["/data/a b/ü+'", null, "file:///data/a b/ü+'/", { local_file_system: "/data/a b/ü+'/" }],
    ["/data/100%/#1?", null, "file:///data/100%25/%231%3F/", { local_file_system: "/data/100%/#1?/" }],
    ["s3://bucket/scenes of 2018/ü", amazon, "s3://bucket/scenes of 2018/ü/", { s3: options }],
    [
      "s3://bucket",
      ceph,
      "s3://bucket/",
      {
        s3_compatible: {
          ...options,
          endpoint_url: "http://ceph:8080",
          allow_http: true,
          force_path_style: true,
          requester_pays: true,
        },
      },
    ],
    ["gs://bucket/x", null, "gs://bucket/x/", { gcs: {} }],
    ["az://account/container/x y", null, "az://container/x y/", { azure: { account: "account" } }],
    ["az://account/container", null, "az://container/", { azure: { account: "account" } }],
  ] as const)("%s has all that official readers need, and is found again", (place, access, urlPrefix, store) => {
    const container = officialContainer(place, access);
    expect(container).toEqual({ urlPrefix, store });
    expect(containerPlace({ name: "n", ...container })).toBe(place);
  });

  it("written before accounts were kept is understood as well", () => {
    const container = { name: "n", urlPrefix: "az://account/container/x/", store: { azure: {} } };
    expect(containerPlace(container)).toBe("az://account/container/x");
  });
});

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigInteger;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A login with MitID at Criipto, with the JDK and a JSON reader alone. Take a library for OpenID
 * Connect in earnest; this shows that the fakes need none that knows them.
 */
final class Login {
    /** The login did not come to be: what the broker says, or what is wrong with its answer. */
    static final class Refused extends Exception {
        Refused(String why) { super(why); }
    }

    /** What must be kept between the two halves of a login, in the browser's session. */
    record Attempt(URI address, String state, String nonce, String verifier) {}

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();
    private final HttpClient http = HttpClient.newHttpClient();
    private final JsonNode metadata;
    private final String clientId, clientSecret, redirect;

    Login(String issuer, String clientId, String clientSecret, String redirect) throws Exception {
        this.clientId = clientId;
        this.clientSecret = clientSecret;
        this.redirect = redirect;
        metadata = get(issuer + "/.well-known/openid-configuration");
        if (!metadata.path("issuer").asText().equals(issuer)) throw new Refused("the metadata is another issuer's");
    }

    Attempt begin() throws Exception {
        String state = random(), nonce = random(), verifier = random();
        byte[] challenge = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes());
        var address = URI.create(metadata.get("authorization_endpoint").asText() + "?" + form(Map.of(
            "response_type", "code", "client_id", clientId, "redirect_uri", redirect, "scope", "openid", "state", state, "nonce", nonce,
            "acr_values", "urn:grn:authn:dk:mitid:substantial", "code_challenge", base64url(challenge), "code_challenge_method", "S256")));
        return new Attempt(address, state, nonce, verifier);
    }

    /** Returns the claims of the person who came back to the redirect address. */
    JsonNode complete(Attempt attempt, URI callback) throws Exception {
        Map<String, String> query = Arrays.stream(callback.getRawQuery().split("&")).map(pair -> pair.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], java.nio.charset.StandardCharsets.UTF_8)));
        if (!attempt.state.equals(query.get("state"))) throw new Refused("the state is another one");
        if (query.containsKey("error")) throw new Refused(query.get("error"));
        var request = HttpRequest.newBuilder(URI.create(metadata.get("token_endpoint").asText()))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Authorization", "Basic " + Base64.getEncoder().encodeToString((encode(clientId) + ":" + encode(clientSecret)).getBytes()))
            .POST(HttpRequest.BodyPublishers.ofString(form(Map.of(
                "grant_type", "authorization_code", "code", query.get("code"), "redirect_uri", redirect, "code_verifier", attempt.verifier))))
            .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) throw new Refused("the token endpoint says " + answer.statusCode());
        return verify(JSON.readTree(answer.body()).get("id_token").asText(), attempt.nonce);
    }

    private JsonNode verify(String token, String nonce) throws Exception {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) throw new Refused("the token is none");
        JsonNode header = JSON.readTree(decode(parts[0])), claims = JSON.readTree(decode(parts[1]));
        if (!header.path("alg").asText().equals("RS256")) throw new Refused("the algorithm is another one");
        var signature = Signature.getInstance("SHA256withRSA");
        JsonNode key = key(header.path("kid").asText());
        signature.initVerify(KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(
            new BigInteger(1, decode(key.get("n").asText())), new BigInteger(1, decode(key.get("e").asText())))));
        signature.update((parts[0] + "." + parts[1]).getBytes());
        if (!signature.verify(decode(parts[2]))) throw new Refused("the signature is wrong");
        if (!claims.path("iss").asText().equals(metadata.get("issuer").asText())) throw new Refused("the issuer is another one");
        if (!claims.path("aud").asText().equals(clientId)) throw new Refused("the audience is another one");
        if (!claims.path("nonce").asText().equals(nonce)) throw new Refused("the nonce is another one");
        if (claims.path("exp").asLong() <= Instant.now().getEpochSecond()) throw new Refused("the token has expired");
        if (!claims.path("loA").asText().matches("SUBSTANTIAL|HIGH")) throw new Refused("the level is too low");
        return claims;
    }

    private JsonNode key(String kid) throws Exception {
        for (JsonNode key : get(metadata.get("jwks_uri").asText()).get("keys")) {
            if (key.path("kid").asText().equals(kid) && key.path("kty").asText().equals("RSA")) return key;
        }
        throw new Refused("the key is unknown");
    }

    private JsonNode get(String address) throws Exception {
        return JSON.readTree(http.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString()).body());
    }

    private static String form(Map<String, String> values) {
        return values.entrySet().stream().map(e -> e.getKey() + "=" + encode(e.getValue())).collect(Collectors.joining("&"));
    }

    private static String encode(String s) { return URLEncoder.encode(s, java.nio.charset.StandardCharsets.UTF_8); }

    private static String base64url(byte[] b) { return Base64.getUrlEncoder().withoutPadding().encodeToString(b); }

    private static byte[] decode(String s) throws Refused {
        try {
            return Base64.getUrlDecoder().decode(s);
        } catch (IllegalArgumentException e) {
            throw new Refused("the token is not in Base64");
        }
    }

    private static String random() {
        byte[] b = new byte[32];
        RANDOM.nextBytes(b);
        return base64url(b);
    }
}

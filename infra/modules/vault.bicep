// Secrets of partners, and the key of order IDs. The app reads them through references.
@minLength(3)
@maxLength(24)
param name string
param location string
param tags object
param identityPrincipalId string
param userPrincipalId string

@secure()
param ordersIdSecret string

@secure()
param stripeApiKey string

@secure()
param carrierToken string

@secure()
param smtpUrl string

param idRotation bool

var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'

// The settings of the app that are secret, and the names of their secrets.
var names = union(
  {
    ORDERS_ID_SECRET: 'orders-id-secret'
    STRIPE_API_KEY: 'stripe-api-key'
    CARRIER_TOKEN: 'carrier-token'
    SMTP_URL: 'smtp-url'
  },
  idRotation ? { ORDERS_ID_SECRET_PREVIOUS: 'orders-id-secret-previous' } : {}
)

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 30
    publicNetworkAccess: 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow' }
  }

  resource idSecret 'secrets' = if (!empty(ordersIdSecret)) {
    name: 'orders-id-secret'
    properties: { value: ordersIdSecret }
  }

  resource stripe 'secrets' = if (!empty(stripeApiKey)) {
    name: 'stripe-api-key'
    properties: { value: stripeApiKey }
  }

  resource carrier 'secrets' = if (!empty(carrierToken)) {
    name: 'carrier-token'
    properties: { value: carrierToken }
  }

  resource smtp 'secrets' = if (!empty(smtpUrl)) {
    name: 'smtp-url'
    properties: { value: smtpUrl }
  }
}

resource appToVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identityPrincipalId, secretsUser)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource userToVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(userPrincipalId)) {
  name: guid(vault.id, userPrincipalId, secretsOfficer)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
    principalId: userPrincipalId
    principalType: 'User'
  }
}

output name string = vault.name

// The slash at the end makes a reference follow the newest version of its secret.
output references object = mapValues(
  names,
  name => '@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/${name}/)'
)

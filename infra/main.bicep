// The order service on Azure: one resource group, one identity, no keys. docs/deploy.md explains it.
targetScope = 'subscription'

@minLength(1)
@maxLength(64)
@description('Name of the azd environment.')
param environmentName string

@minLength(1)
@description('Azure region of all resources.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Object ID of whoever deploys. A user may write the secrets of the vault.')
param principalId string = ''

@allowed(['User', 'ServicePrincipal'])
param principalType string = 'User'

@description('Email address of the operators; empty: no alerts.')
param alertEmail string = ''

// What the app refuses to run without.

@minLength(1)
@description('CARRIER_URL: base URL of the carrier.')
param carrierUrl string

@description('CARRIER_TEST_MODE: whether the carrier ships nothing. It goes with a test key of Stripe.')
param carrierTestMode bool = false

@minLength(1)
@description('MAIL_FROM: sender of the emails, such as The Shop <orders@shop.example>.')
param mailFrom string

// Values of secrets go into the vault. An empty one leaves the vault as it is.

@secure()
@description('ORDERS_ID_SECRET: at least 16 random characters.')
param ordersIdSecret string = ''

@secure()
@description('STRIPE_API_KEY: secret or restricted key of Stripe.')
param stripeApiKey string = ''

@secure()
@description('CARRIER_TOKEN: bearer token of the carrier.')
param carrierToken string = ''

@secure()
@description('SMTP_URL: mail server with user and password.')
param smtpUrl string = ''

@description('Whether the vault has a second ID secret, orders-id-secret-previous: while it is rotated.')
param idRotation bool = false

@description('Other settings of docs/configuration.md that are not secret, such as ORDERS_MAX_QUANTITY.')
param shopSettings object = {}

// Scale and cost.

@allowed(['3.12', '3.13'])
param pythonVersion string = '3.13'

@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@minValue(0)
@maxValue(20)
@description('Instances for orchestrators, activities and entities that are always ready.')
param alwaysReadyDurable int = 1

@minValue(0)
@maxValue(20)
@description('Instances for HTTP that are always ready.')
param alwaysReadyHttp int = 0

@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

@description('Whether the storage accounts are reachable from a network of our own only.')
param privateNetwork bool = false

@description('Whether to create a Durable Task Scheduler. The app uses it with the host.json of docs/deploy.md.')
param durableTaskScheduler bool = false

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var storageAccess = privateNetwork ? 'Disabled' : 'Enabled'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: 'id-orders-${token}', location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: 'log-${token}'
    insightsName: 'appi-${token}'
    location: location
    tags: tags
  }
}

// Whoever can write to the storage of the host can run code in the app, so orders are kept apart.
module hostStorage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'sthost${token}'
    location: location
    tags: tags
    sku: storageSku
    publicNetworkAccess: storageAccess
    workspaceId: monitoring.outputs.workspaceId
  }
}

module orderStorage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'storders${token}'
    location: location
    tags: tags
    sku: storageSku
    publicNetworkAccess: storageAccess
    workspaceId: monitoring.outputs.workspaceId
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  params: {
    name: 'vnet-${token}'
    location: location
    tags: tags
    hostStorageName: hostStorage.outputs.name
    orderStorageName: orderStorage.outputs.name
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    identityPrincipalId: identity.outputs.principalId
    userPrincipalId: principalType == 'User' ? principalId : ''
    ordersIdSecret: ordersIdSecret
    stripeApiKey: stripeApiKey
    carrierToken: carrierToken
    smtpUrl: smtpUrl
    idRotation: idRotation
  }
}

module access 'modules/access.bicep' = {
  scope: group
  params: {
    hostStorageName: hostStorage.outputs.name
    orderStorageName: orderStorage.outputs.name
    insightsName: monitoring.outputs.insightsName
    principalId: identity.outputs.principalId
  }
}

module scheduler 'modules/scheduler.bicep' = if (durableTaskScheduler) {
  scope: group
  params: {
    name: 'dts-${token}'
    taskHubName: 'orders'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module app 'modules/app.bicep' = {
  scope: group
  params: {
    name: 'func-orders-${token}'
    planName: 'plan-${token}'
    location: location
    tags: union(tags, { 'azd-service-name': 'orders' })
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    hostStorageName: hostStorage.outputs.name
    packageContainerUrl: hostStorage.outputs.packageContainerUrl
    ordersTables: orderStorage.outputs.tableEndpoint
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    subnetId: network.?outputs.appSubnetId ?? ''
    pythonVersion: pythonVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyDurable: alwaysReadyDurable
    alwaysReadyHttp: alwaysReadyHttp
    carrierUrl: carrierUrl
    carrierTestMode: carrierTestMode
    mailFrom: mailFrom
    shopSettings: shopSettings
    vaultReferences: vault.outputs.references
    schedulerSettings: durableTaskScheduler
      ? {
          DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${scheduler!.outputs.endpoint};Authentication=ManagedIdentity;ClientID=${identity.outputs.clientId}'
          TASKHUB_NAME: scheduler!.outputs.taskHubName
        }
      : {}
  }
  dependsOn: [access]
}

module alerts 'modules/alerts.bicep' = if (!empty(alertEmail)) {
  scope: group
  params: {
    location: location
    tags: tags
    email: alertEmail
    insightsId: monitoring.outputs.insightsId
    hostStorageId: hostStorage.outputs.id
    orderStorageId: orderStorage.outputs.id
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output AZURE_STORAGE_ACCOUNT_ORDERS string = orderStorage.outputs.name
output SERVICE_ORDERS_NAME string = app.outputs.name
output SERVICE_ORDERS_URI string = app.outputs.uri
